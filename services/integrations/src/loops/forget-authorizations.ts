import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';

const everyMs = 600_000;
const sliceRows = 1_000;

/** Deletes consents an hour after they end. Until then, a late browser is shown the outcome. */
export function startForgetAuthorizations({ db, log }: Context): Loop {
  return startLoop({
    name: 'forget authorizations',
    log,
    maxIdleMs: everyMs,
    async run() {
      const { numAffectedRows = 0n } = await sql`
        delete from authorizations where id in (
          select id from authorizations where expires_at < clock_timestamp() - interval '1 hour'
          order by expires_at limit ${sliceRows} for update skip locked)`.execute(db.kysely);
      return numAffectedRows < sliceRows ? everyMs : 0;
    },
  });
}
