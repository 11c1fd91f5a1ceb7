import { type JsonValue, stringifyJson } from '@drippulse/json';
import { sql, type Transaction } from 'kysely';
import { findAction } from '../../actions/catalog.ts';
import { cancelApproval } from '../../approvals/request-approval.ts';
import { type ModelStep, raiseStepsOf, toolStepsOf } from '../../calls/step.ts';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import { peopleIn } from '../../executions/people.ts';
import type { CallPlace } from '../../tools/check-call.ts';
import type { ToolResult, ToolStep } from '../../tools/state.ts';
import { callerOf } from '../caller.ts';
import type { Claimed } from '../claim.ts';
import { beginAttempt, lockOwn } from '../commits.ts';
import { askForRoom } from './ask-for-room.ts';
import type { LoadedModel } from './load.ts';
import { performTool } from './perform-tool.ts';

/** Makes one attempt of a tool step or of a question. Returns false if the execution is lost. */
export async function attemptStep(
  ctx: Context,
  claimed: Claimed,
  { loaded, place, seq }: { loaded: LoadedModel; place: CallPlace; seq: number },
  stopping: AbortSignal,
): Promise<boolean> {
  const step = loaded.steps.find((one) => one.seq === seq);
  if (step === undefined) throw new Error('a step that is to be performed is not there');
  if (!(await beginAttempt(ctx, claimed, seq))) return false;
  await ctx.fault?.('before-send');
  const result = await perform(ctx, { loaded, place, step }, stopping);
  await ctx.fault?.('after-answer');
  ctx.metrics.called(step.kind, result.outcome);
  return commitStep(ctx, claimed, { step, result });
}

async function perform(
  ctx: Context,
  { loaded, place, step }: { loaded: LoadedModel; place: CallPlace; step: ModelStep },
  stopping: AbortSignal,
): Promise<ToolResult> {
  const [raise] = raiseStepsOf([step]);
  if (raise !== undefined) return askForRoom(ctx, { loaded, step: raise }, stopping);
  const [tool] = toolStepsOf([step]);
  if (tool === undefined) throw new Error(`a ${step.kind} is not performed as a tool`);
  return performTool(ctx, { loaded, place, step: tool, attempt: step.formerAttempts + step.attempts + 1 }, stopping);
}

/** Commits the result of an attempt. Extends the deadline by the time that a person took to decide. */
async function commitStep(
  ctx: Context,
  claimed: Claimed,
  { step, result }: { step: ModelStep; result: ToolResult },
): Promise<boolean> {
  const { seq, kind } = step;
  const place = sql`created_at = ${claimed.created_at} and execution_id = ${claimed.id} and seq = ${seq}`;
  const committed = await ctx.db.kysely.transaction().execute(async (trx) => {
    if (!(await lockOwn(trx, claimed))) return false;
    await sql`
      update execution_steps set status = ${statusOf(result)}, result = ${stringifyJson({ ...result })},
        ended_at = case when ${statusOf(result)} <> 'intent' then clock_timestamp() end
      where ${place}`.execute(trx);
    if (result.outcome === 'succeeded') await addPeople(trx, claimed, result.output);
    if (kind === 'tool_call') return true;
    const isWaiting = result.outcome === 'waiting';
    const isDecided = statusOf(result) !== 'intent';
    await sql`
      update executions set status = ${isWaiting ? 'waiting_approval' : 'running'},
        deadline_at = case when not ${isDecided}::boolean then deadline_at else deadline_at + (
          select clock_timestamp() - first_sent_at from execution_steps where ${place}) end
      where id = ${claimed.id}`.execute(trx);
    return true;
  });
  if (!committed) return false;
  if (result.outcome === 'waiting') ctx.ends.note(claimed.id);
  if (statusOf(result) !== 'intent') measure(ctx, step, result);
  return true;
}

function measure({ metrics }: Context, step: ModelStep, result: ToolResult): void {
  const [call] = toolStepsOf([step]);
  if (call?.kind !== 'tool_call') {
    metrics.questionEnded(step.kind, result.outcome === 'failed' ? result.code : result.outcome);
    return;
  }
  const action = findAction(call.request.name)?.name ?? 'unknown';
  metrics.toolEnded(action, result.outcome === 'refused' ? result.why : result.outcome);
}

/** Adds the people in a tool's output to the execution, so that an erasure finds the execution. */
async function addPeople(trx: Transaction<DB>, { created_at, id }: Claimed, output: JsonValue): Promise<void> {
  await sql`
    update execution_texts set people = array(select distinct unnest(people || ${peopleIn(output)}::text[]))
    where created_at = ${created_at} and execution_id = ${id}`.execute(trx);
}

function statusOf({ outcome }: ToolResult): 'intent' | 'succeeded' | 'failed' {
  if (outcome === 'succeeded' || outcome === 'approved') return 'succeeded';
  return outcome === 'refused' || outcome === 'failed' ? 'failed' : 'intent';
}

/** Withdraws the open questions of a cancelled execution. */
export async function withdrawApprovals(ctx: Context, claimed: Claimed, { row, steps }: LoadedModel): Promise<void> {
  const calls = toolStepsOf(steps).filter((step) => step.kind === 'approval' && isAsked(step));
  const raises = raiseStepsOf(steps).filter(isAsked);
  // The step that asks for approval directly precedes the step that performs the call.
  const asked = [...calls.map(({ seq }) => seq + 1), ...raises.map(({ seq }) => seq)];
  for (const seq of asked) await cancelApproval(ctx, { caller: callerOf(row), row, seq });
  await ctx.db.kysely
    .updateTable('executions')
    .set({ wake_at: null })
    .where('id', '=', claimed.id)
    .where('fence', '=', claimed.fence)
    .execute();
}

/** Whether the step may have asked a person who has not answered. */
function isAsked({ attempts, result }: Pick<ToolStep, 'attempts' | 'result'>): boolean {
  return attempts > 0 && (result === null || result.outcome === 'waiting');
}
