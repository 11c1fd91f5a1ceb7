import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';

const everyMs = 3_600_000;
/** Days for which the transports keep the event of an erasure. */
const keptDays = 7;

/** Deletes the sealed email addresses of erasures that the enrollment runtime has not confirmed within `keptDays`. */
export function startForgetIdentities(ctx: Context): Loop {
  return startLoop({
    name: 'forget identities',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      await sql`
        update erasures set identity = null
        where identity is not null and erased_at < now() - ${keptDays} * interval '1 day'`.execute(ctx.db.kysely);
      return undefined;
    },
  });
}
