import { isInfrastructureError, retryConflicts } from '@drippulse/db';
import { inBatches } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { onceFor } from '../once-for.ts';
import { insertExecutions, type NewExecution } from './insert.ts';
import { recordEnds } from './record-ends.ts';
import type { ExecutionView } from './rows.ts';

/** Maximum number of executions per transaction. */
const most = 50;

/** Inserts an execution that has ended. Returns undefined if its key already has an execution. */
export function insertDecided(ctx: Context, made: NewExecution): Promise<ExecutionView | undefined> {
  return batchesOf(ctx)(made);
}

/**
 * Inserts ended executions in batches, each batch for one organization. Without batches, round trips and commits would
 * take most of the time of a decision under load. If a statement is refused, its batch has changed nothing.
 */
const batchesOf = onceFor((ctx: Context) =>
  inBatches((made: readonly NewExecution[]) => insertAll(ctx, made), {
    ...{ most, laneOf: ({ organization_id }) => organization_id },
    hasDoneNothing: (error) => !isInfrastructureError(error),
  }),
);

async function insertAll(ctx: Context, made: readonly NewExecution[]): Promise<(ExecutionView | undefined)[]> {
  const views = await retryConflicts(() =>
    ctx.db.kysely.transaction().execute(async (trx) => {
      const inserted = await insertExecutions(trx, made);
      await recordEnds(ctx, trx, inserted);
      return inserted;
    }),
  );
  const byKey = new Map(views.map((view) => [view.key, view]));
  return made.map(({ key }) => byKey.get(key));
}
