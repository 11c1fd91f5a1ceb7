import type { Context } from '../context.ts';
import { type ExecutionRow, type ExecutionView, isActive, withTexts } from './rows.ts';

/**
 * Polling interval in milliseconds. Polling is necessary because this process is not notified of executions that end in
 * another process.
 */
const lookEveryMs = 500;

/** Waits until an execution ends or is parked, up to the maximum wait of a request. */
export async function awaitEnd(ctx: Context, view: ExecutionView): Promise<ExecutionView> {
  const until = performance.now() + ctx.config.patienceMs;
  let row: ExecutionRow = view;
  while (isActive(row) && !row.is_parked) {
    const leftMs = until - performance.now();
    if (leftMs <= 0) break;
    const ended = await ctx.ends.wait(row.id, Math.min(leftMs, lookEveryMs));
    if (ended !== undefined) return ended;
    row = (await findRow(ctx, row)) ?? row;
  }
  const [whole] = await withTexts(ctx.db.kysely, [row]);
  return whole ?? view;
}

function findRow({ db }: Context, { organization_id, id }: ExecutionRow): Promise<ExecutionRow | undefined> {
  return db.kysely
    .selectFrom('executions')
    .selectAll()
    .where('organization_id', '=', organization_id)
    .where('id', '=', id)
    .executeTakeFirst();
}
