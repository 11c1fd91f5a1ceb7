import { isInfrastructureError, retryConflicts } from '@drippulse/db';
import { stringifyJson } from '@drippulse/json';
import { inBatches } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { finishExecutions } from '../executions/finish.ts';
import { afterEnd } from '../executions/record-ends.ts';
import type { ExecutionView } from '../executions/rows.ts';
import type { Claimed } from './claim.ts';
import { beginAttempts, type OwnStep } from './commits.ts';
import { placeOf } from './end.ts';
import { type Loaded, loadExecutions } from './load.ts';
import type { ChainStep, End, StepResult } from './step.ts';

/** An execution that ends, with the result of its last step unless the result is already stored. */
export type Ended = {
  claimed: Claimed;
  end: End;
  last?: { step: ChainStep; result: Exclude<StepResult, { outcome: 'passing' }> };
};

/**
 * Reads and commits executions of this process in batches, each batch for one organization. Without batches, round
 * trips and commits would take most of an execution's time under load. No organization waits for another organization's
 * locks.
 */
export type Lanes = {
  load(claimed: Claimed): Promise<Loaded | undefined>;
  begin(step: OwnStep): Promise<boolean>;
  /** Returns undefined if this process has lost the execution. */
  end(ended: Ended): Promise<ExecutionView | undefined>;
};

/** Maximum number of executions per batch: as many as an organization may have under way at one destination. */
const most = 20;
/**
 * Whether a failed batch certainly changed nothing, for example because a statement was refused. After a broken
 * connection, the batch may have been committed.
 */
const hasDoneNothing = (error: unknown) => !isInfrastructureError(error);

export function openLanes(ctx: Context): Lanes {
  const load = inBatches((claimed: readonly Claimed[]) => loadExecutions(ctx, claimed), {
    ...{ most, hasDoneNothing, laneOf: ({ organization_id }) => organization_id },
  });
  const begin = inBatches((steps: readonly OwnStep[]) => beginAttempts(ctx, steps), {
    ...{ most, hasDoneNothing, laneOf: ({ claimed }) => claimed.organization_id },
  });
  const end = inBatches((ended: readonly Ended[]) => endAll(ctx, ended), {
    ...{ most, hasDoneNothing, laneOf: ({ claimed }) => claimed.organization_id },
  });
  return { load, begin, end };
}

/**
 * Commits the ends of executions in one transaction, with the results that caused them. None of the executions may have
 * an unsent reservation: releasing several reservations in one transaction could lock budget windows out of key order,
 * and so cause a deadlock.
 */
async function endAll(ctx: Context, ended: readonly Ended[]): Promise<(ExecutionView | undefined)[]> {
  const asked = ended.map(({ claimed, end, last }) => ({
    place: placeOf(claimed),
    ending: end,
    ...(last && { last: { seq: last.step.seq, status: last.result.outcome, result: stringifyJson(last.result) } }),
  }));
  const views = await retryConflicts(() =>
    ctx.db.kysely.transaction().execute((trx) => finishExecutions(ctx, trx, asked)),
  );
  for (const view of views.values()) afterEnd(ctx, view);
  return ended.map(({ claimed }) => views.get(claimed.id));
}
