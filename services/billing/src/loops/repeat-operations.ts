import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { attemptOperation } from '../operations/attempt-operation.ts';
import type { OperationRow } from '../operations/rows.ts';
import { copySettings } from '../settings/copy-settings.ts';

const everyMs = 1_000;

/** Repeats unanswered writes to Stripe: from processes that died, or from periods when Stripe was unavailable. */
export function startRepeatOperations(ctx: Context): Loop {
  return startLoop({
    name: 'repeat operations',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      const operation = await claimOperation(ctx);
      if (operation !== undefined) await repeat(ctx, operation);
      const hasCopied = await copySettings(ctx);
      return operation !== undefined || hasCopied ? 0 : everyMs;
    },
  });
}

async function claimOperation(ctx: Context): Promise<OperationRow | undefined> {
  const { rows } = await sql<OperationRow>`
    update operations
    set fence = fence + 1, attempts = attempts + 1, leased_until = ${ctx.dbNow} + ${ctx.config.leaseMs} * interval '1 ms'
    where id = (
      select id from operations
      where status = 'pending' and due_at <= ${ctx.dbNow} and (leased_until is null or leased_until <= ${ctx.dbNow})
      order by due_at limit 1 for update skip locked)
    returning *`.execute(ctx.db.kysely);
  return rows[0];
}

async function repeat(ctx: Context, operation: OperationRow): Promise<void> {
  try {
    await attemptOperation(ctx, operation);
  } catch (error) {
    ctx.log.warn({ err: error, operation: String(operation.id) }, 'a write to Stripe could not be repeated yet');
  }
}
