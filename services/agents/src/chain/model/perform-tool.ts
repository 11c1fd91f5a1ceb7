import type { DomainError } from '@drippulse/errors';
import { ApprovalKind } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { fromConnectError } from '@drippulse/rpc';
import { previewOf } from '../../approvals/preview.ts';
import { type Decision, readDecision } from '../../approvals/read-decision.ts';
import { requestApproval } from '../../approvals/request-approval.ts';
import { toolStepsOf } from '../../calls/step.ts';
import type { Context } from '../../context.ts';
import { type CallPlace, type CheckedCall, checkCall } from '../../tools/check-call.ts';
import type { ToolResult, ToolStep } from '../../tools/state.ts';
import { callerOf } from '../caller.ts';
import type { LoadedModel } from './load.ts';
import { performAction } from './perform-action.ts';
import { readRecords } from './read-records.ts';

/**
 * An attempt of a tool step. `attempt` counts from 1, and includes the attempts of earlier starts with the same key.
 */
export type ToolAttempt = { loaded: LoadedModel; place: CallPlace; step: ToolStep; attempt: number };

const passing: ReadonlySet<DomainError['kind']> = new Set(['unavailable', 'aborted', 'internal', 'resource_exhausted']);

/**
 * Makes one attempt of a tool step: requests the approval of a call, or performs the call. Checks the policies in force
 * again, even if they allowed the call when it was planned. Never throws for an error of another service.
 */
export async function performTool(ctx: Context, o: ToolAttempt, signal: AbortSignal): Promise<ToolResult> {
  const checked = checkCall(o.step.request, o.place);
  if ('refused' in checked) return { outcome: 'refused', ...checked.refused };
  try {
    return o.step.kind === 'approval' ? await ask(ctx, o, checked, signal) : await perform(ctx, o, checked, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    const { kind, message, retryAfterSeconds } = fromConnectError(error);
    if (!passing.has(kind)) return { outcome: 'refused', why: 'failed', problem: message };
    return { outcome: 'passing', error: message, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  }
}

async function ask(ctx: Context, o: ToolAttempt, checked: CheckedCall, signal: AbortSignal): Promise<ToolResult> {
  // The step that asks for approval directly precedes the step that performs the call.
  const decision = await decisionOf(ctx, o, { checked, seq: o.step.seq + 1 }, signal);
  if (decision.kind === 'refused') return { outcome: 'failed', code: decision.code, message: decision.message };
  return { outcome: decision.kind };
}

async function perform(ctx: Context, o: ToolAttempt, checked: CheckedCall, signal: AbortSignal): Promise<ToolResult> {
  const { seq, request } = o.step;
  if (!wasAsked(o)) {
    if (!checked.needsApproval) return carryOut(ctx, o, checked, signal);
    return { outcome: 'refused', why: 'denied', problem: 'By now the policy asks a person about it.' };
  }
  const decision = await decisionOf(ctx, o, { checked, seq }, signal);
  if (decision.kind === 'waiting') return { outcome: 'passing', error: 'Nobody has decided about it.' };
  if (decision.kind === 'refused') return { outcome: 'failed', code: decision.code, message: decision.message };
  if (decision.edited === undefined) return carryOut(ctx, o, checked, signal);
  const edited = checkCall({ name: request.name, input: decision.edited }, o.place);
  return 'refused' in edited ? { outcome: 'refused', ...edited.refused } : carryOut(ctx, o, edited, signal);
}

/** Whether the preceding step asked for the approval of this call. */
function wasAsked({ loaded, step }: ToolAttempt): boolean {
  const before = toolStepsOf(loaded.steps).find(({ seq }) => seq === step.seq - 1);
  return before?.kind === 'approval' && before.request.call_id === step.request.call_id;
}

/** Reads the current decision from the runtime, about the call as it would be performed now. */
async function decisionOf(
  ctx: Context,
  { loaded: { row, policies, now } }: ToolAttempt,
  { checked, seq }: { checked: CheckedCall; seq: number },
  signal: AbortSignal,
): Promise<Decision> {
  const preview = previewOf(checked, { executionKey: row.key, executionId: row.id, agentId: row.agent_id, seq });
  const waitMs = Math.min(...policies.map(({ approvalTimeoutMs }) => approvalTimeoutMs));
  const expiresAt = new Date(now.getTime() + waitMs);
  const message = `Agent ${row.agent_id} asks to perform ${checked.action.name}.`;
  const kind = ApprovalKind.AGENT_ACTION;
  const question = { caller: callerOf(row), row, seq, kind, message, preview, expiresAt };
  const approval = await requestApproval(ctx, question, signal);
  return readDecision(approval, preview);
}

function carryOut(
  ctx: Context,
  { loaded: { row }, step: { seq }, attempt }: ToolAttempt,
  { performance }: CheckedCall,
  signal: AbortSignal,
): Promise<ToolResult> {
  return performance.by === 'crm'
    ? readRecords(ctx, row, performance.query, signal)
    : performAction(ctx, { row, seq, attempt, ...performance }, signal);
}
