import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';

const hourMs = 3_600_000;
const keptDays = 395;
const sliceRows = 1_000;

/**
 * Clears the fields of old executions that may contain text from people. Inputs and outputs are dropped with their
 * partitions. The hash of a key stays, because a key never expires.
 */
export function startForgetExecutions(ctx: Context): Loop {
  return startLoop({
    name: 'forget executions',
    log: ctx.log,
    maxIdleMs: hourMs,
    async run() {
      const { numAffectedRows = 0n } = await sql`
        update executions set idempotency_key = null, error_message = null, correlation_id = null
        where id in (
          select id from executions
          where created_at < clock_timestamp() - ${keptDays} * interval '1 day'
            and (idempotency_key is not null or error_message is not null)
          order by created_at limit ${sliceRows} for update skip locked)`.execute(ctx.db.kysely);
      return numAffectedRows === BigInt(sliceRows) ? 0 : hourMs;
    },
  });
}
