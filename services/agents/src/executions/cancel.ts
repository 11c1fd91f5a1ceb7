import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { finishExecution } from './finish.ts';
import type { ExecutionView } from './rows.ts';

/**
 * Cancels an execution, and makes it due if an enrollment or question must end too. Returns undefined if it had ended.
 */
export async function cancelExecution(
  ctx: Context,
  trx: Transaction<DB>,
  { organizationId, id }: { organizationId: bigint; id: bigint },
): Promise<ExecutionView | undefined> {
  const view = await finishExecution(ctx, trx, { organizationId, id }, { status: 'cancelled' });
  // The execution has an enrollment, or may have asked a person.
  if (view !== undefined && (view.enrollment_id !== null || view.work === 'llm')) {
    await sql`update executions set wake_at = clock_timestamp() where id = ${id}`.execute(trx);
  }
  return view;
}
