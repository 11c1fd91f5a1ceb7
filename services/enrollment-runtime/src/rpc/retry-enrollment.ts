import type { HandlerContext } from '@connectrpc/connect';
import { type RunState, retryStep } from '@drippulse/engine';
import { DomainError } from '@drippulse/errors';
import {
  EnrollmentsService,
  type RetryEnrollmentRequest,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { type Selectable, sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB, Outcomes } from '../db/schema.ts';
import { stepIdAt } from '../definitions/step-at.ts';
import { answerRow } from '../enrollments/answer.ts';
import { appendNews } from '../enrollments/events.ts';
import { addCounts } from '../funnel/counters.ts';
import { hintAnswered } from '../funnel/hint-moves.ts';
import { startStepCounts } from '../funnel/step-counts.ts';
import { watchEntrants, watchesOf } from '../goals/index.ts';
import type { Lane } from '../lanes/lane.ts';
import { requireLane, requireLockedLane } from '../lanes/require-lane.ts';
import { wakeLanes } from '../lanes/wake-lane.ts';
import { countRetry } from '../runs/count-steps.ts';
import { lockPlace } from '../runs/lock-place.ts';

/**
 * Runs the failed step again as a new visit. The step's effect gets a new key, because a person explicitly asked for
 * another try.
 */
export async function retryEnrollment(ctx: Context, request: RetryEnrollmentRequest, call: HandlerContext) {
  const { workflowId, id } = request;
  await requireLane(ctx, call, workflowId);
  const { retryEnrollment: method } = EnrollmentsService.method;
  const response = await transact(ctx, call, method, request, async (trx, caller) => {
    const lane = await requireLockedLane(trx, { organizationId: caller.organizationId, workflowId });
    return retryIn(ctx, trx, lane, id);
  });
  hintAnswered(ctx, callerOf(call).organizationId, response, 'retried');
  ctx.relay.wake();
  ctx.wake.advance();
  return response;
}

/** Retries an enrollment in a transaction that has locked the lane. */
export async function retryIn(ctx: Context, trx: Transaction<DB>, lane: Lane, id: bigint) {
  const { workflowId } = lane;
  const place = await lockPlace(trx, { ...lane, id });
  if (place.kind === 'living' || place.outcome.status !== 'failed') {
    throw new DomainError('failed_precondition', 'enrollment_not_failed', 'Only a failed enrollment can be retried.');
  }
  await requireKept(trx, { workflowId, id });
  const dueAt = await revive(ctx, trx, place.outcome);
  const { row, definition, enrollment } = await answerRow(ctx, trx, lane, id);
  if (definition.goals.length > 0) await watchEntrants(trx, watchesOf(row, definition.goals, undefined));
  if (dueAt !== undefined) await wakeLanes(trx, [{ workflowId, at: dueAt }]);
  const at = { workflowId, version: row.version, mode: row.mode };
  await addCounts(trx, [
    { ...at, stepId: stepIdAt(definition, place.outcome.step_index), counted: 'failed', by: -1 },
    { ...at, stepId: stepIdAt(definition, row.stepIndex), counted: 'active', by: 1 },
  ]);
  const counting = startStepCounts();
  const { step_index: failedIndex, variants } = place.outcome;
  countRetry(counting, { ...row, definition, failedIndex, variants });
  await appendNews(trx, [], [], counting.news());
  return { enrollment };
}

/** Refuses an erased enrollment, because it has no data to continue with. */
async function requireKept(trx: Transaction<DB>, { workflowId, id }: { workflowId: bigint; id: bigint }) {
  const { erased_at: erasedAt } = await trx
    .selectFrom('enrollments')
    .select('erased_at')
    .where('workflow_id', '=', workflowId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (erasedAt === null) return;
  const message = 'The personal data of this enrollment was erased: it cannot be retried.';
  throw new DomainError('failed_precondition', 'enrollment_erased', message);
}

/** Makes a run from the state in which the enrollment failed, with a fence above every earlier one. */
async function revive(ctx: Context, trx: Transaction<DB>, outcome: Selectable<Outcomes>): Promise<Date | undefined> {
  const { workflow_id: workflowId, enrollment_id: id } = outcome;
  const { state: text } = await trx
    .selectFrom('run_data')
    .select('state')
    .where('enrollment_id', '=', id)
    .executeTakeFirstOrThrow();
  const { fence, ...failed }: RunState & { fence: number } = JSON.parse(text ?? '{}');
  const definition = await ctx.definitions.get(workflowId, outcome.version);
  const state = retryStep(definition, { state: failed });
  const visits = Object.keys(state.visits).length === 0 ? null : JSON.stringify(state.visits);
  await trx.deleteFrom('outcomes').where('workflow_id', '=', workflowId).where('enrollment_id', '=', id).execute();
  const { rows } = await sql<{ wake_at: Date }>`
    insert into runs (
      workflow_id, enrollment_id, organization_id, next_run_at, wake_at, updated_at, fence, version, step_index,
      lines, error_line, mode, visits, variants, entered_at, goals)
    values (
      ${workflowId}, ${id}, ${outcome.organization_id}, ${ctx.dbNow}, ${ctx.dbNow}, ${ctx.dbNow}, ${fence + 1},
      ${outcome.version}, ${state.stepIndex}, ${outcome.lines}, ${outcome.error_line}, ${outcome.mode}, ${visits}::json,
      ${outcome.variants}::json, ${ctx.dbNow},
      ${state.goals === undefined ? null : JSON.stringify(state.goals)}::json)
    returning wake_at`.execute(trx);
  return rows[0]?.wake_at;
}
