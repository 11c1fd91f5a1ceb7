import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { keyDays } from './event-keys.ts';
import { spreadSlice } from './spreading.ts';

const everyMs = 600_000;
const forgottenAtOnce = 5_000;

/** Continues events that start or resume more enrollments than fit in one transaction. */
export function startSpreading(ctx: Context): Loop {
  return startLoop({
    name: 'spread events',
    log: ctx.log,
    async run() {
      if (!(await spreadSlice(ctx))) return undefined;
      ctx.relay.wake();
      ctx.wake.advance();
      return 0;
    },
  });
}

/** Deletes expired keys of events, in slices. */
export function startForgetEventKeys(ctx: Context): Loop {
  return startLoop({
    name: 'forget event keys',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run(signal) {
      while (!signal.aborted && (await forgetKeys(ctx)) === forgottenAtOnce);
      return undefined;
    },
  });
}

async function forgetKeys({ db, dbNow }: Pick<Context, 'db' | 'dbNow'>): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from event_keys where ctid = any(array(
      select ctid from event_keys where accepted_at < ${dbNow} - ${keyDays} * interval '1 day'
      order by accepted_at limit ${forgottenAtOnce} for update skip locked
    ))`.execute(db.kysely);
  return Number(numAffectedRows ?? 0n);
}
