import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { callCode } from './call-code.ts';
import type { Claimed } from './claim.ts';
import { enrollmentIdOf, postpone, storeResult } from './commits.ts';
import { endExecution } from './end.ts';
import { cancelEnrollment, enroll, follow } from './enroll.ts';
import type { Lanes } from './in-lanes.ts';
import type { Loaded } from './load.ts';
import { type ChainState, next } from './next.ts';
import type { End, StepResult } from './step.ts';

/** Delay until the runtime is asked again, in case the event of an enrollment's end was not received. */
const followAgainMs = 600_000;

/**
 * Drives an execution until it ends or waits. Each intent and each result has its own transaction, and no transaction
 * contains a call to another service. The drive stops when the lease is lost, because each commit compares the fence.
 */
export async function drive(ctx: Context, lanes: Lanes, claimed: Claimed, stopping: AbortSignal): Promise<void> {
  for (let isDue = true; ; isDue = false) {
    const loaded = await lanes.load(claimed);
    if (loaded === undefined) return;
    const { row, agent, step } = loaded;
    if (row.status === 'cancelled') return cleanUp(ctx, claimed, loaded);
    // The removal loop cancels all executions of a deleted agent, and the enrollments that these executions started.
    if (agent.isDeleted) return ctx.wake.removals();
    const following = next(stateOf(ctx, loaded, isDue));
    if (following.do === 'end') return endExecution(ctx, claimed, following.end);
    if (following.do === 'wait') return postpone(ctx, claimed, { ms: following.ms, isParked: false });
    if (following.do === 'follow') return followRun(ctx, claimed, loaded);
    if (!(await lanes.begin({ claimed, seq: step.seq }))) return;
    await ctx.fault?.('before-send');
    const result = await perform(ctx, loaded, stopping);
    await ctx.fault?.('after-answer');
    ctx.metrics.called(step.kind, result.outcome);
    const end = endAfter(ctx, loaded, result);
    const isOwn =
      end === undefined || result.outcome === 'passing'
        ? await storeResult(ctx, claimed, { step, result })
        : (await lanes.end({ claimed, end, last: { step, result } })) !== undefined;
    if (!isOwn) return keepForCleanUp(ctx, claimed, loaded, result);
    await ctx.fault?.('after-commit');
    if (end !== undefined) return;
  }
}

/** Returns the end of an execution whose result ends it; undefined if the execution continues. */
function endAfter(ctx: Context, loaded: Loaded, result: StepResult): End | undefined {
  if (result.outcome === 'passing') return undefined;
  const following = next(stateOf(ctx, { ...loaded, step: { ...loaded.step, status: result.outcome, result } }, false));
  return following.do === 'end' ? following.end : undefined;
}

function stateOf({ random }: Context, { step, row, bounds, now }: Loaded, isDue: boolean): ChainState {
  return { step, maxRetries: bounds.maxRetries, now, deadline: row.deadline_at ?? now, isDue, random: random() };
}

function perform(ctx: Context, loaded: Loaded, stopping: AbortSignal): Promise<StepResult> {
  return loaded.step.kind === 'enroll' ? enroll(ctx, loaded, stopping) : callCode(ctx, loaded, stopping);
}

/**
 * Asks the runtime once, because the enrollment may have ended, and its event may have arrived, before this process
 * stored the enrollment.
 */
async function followRun(ctx: Context, claimed: Claimed, { row, agent }: Loaded): Promise<void> {
  const followed = await follow(ctx, row, agent.workflowId ?? 0n);
  if ('end' in followed) return endExecution(ctx, claimed, followed.end);
  await postpone(ctx, claimed, { ms: followAgainMs, isParked: followed.isWaiting });
  ctx.ends.note(row.id);
}

/** Stores an enrollment that began while its execution was being cancelled, so that the enrollment is cancelled too. */
async function keepForCleanUp(ctx: Context, claimed: Claimed, { step }: Loaded, result: StepResult): Promise<void> {
  const enrollmentId = enrollmentIdOf(step, result);
  if (enrollmentId === null) return;
  const { numAffectedRows = 0n } = await sql`
    update executions set enrollment_id = ${enrollmentId}::bigint, wake_at = clock_timestamp()
    where id = ${claimed.id} and status = 'cancelled' and enrollment_id is null`.execute(ctx.db.kysely);
  if (numAffectedRows > 0n) ctx.wake.executions();
}

/** Cancels the work that a cancelled execution has started. */
async function cleanUp(ctx: Context, claimed: Claimed, { row, agent }: Loaded): Promise<void> {
  if (row.enrollment_id !== null && agent.workflowId !== null) await cancelEnrollment(ctx, row, agent.workflowId);
  await ctx.db.kysely
    .updateTable('executions')
    .set({ wake_at: null })
    .where('id', '=', claimed.id)
    .where('fence', '=', claimed.fence)
    .execute();
  if (agent.isDeleted) ctx.wake.removals();
}
