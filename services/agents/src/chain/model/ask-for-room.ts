import { ApprovalKind } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { fromConnectError } from '@drippulse/rpc';
import { readDecision } from '../../approvals/read-decision.ts';
import { requestApproval } from '../../approvals/request-approval.ts';
import type { RaiseStep } from '../../calls/step.ts';
import type { Context } from '../../context.ts';
import { raiseToPreview } from '../../ledger/raises.ts';
import type { ToolResult } from '../../tools/state.ts';
import { callerOf } from '../caller.ts';
import type { LoadedModel } from './load.ts';

/** Asks an administrator to raise a limit, or reads the decision. Never throws for an error of another service. */
export async function askForRoom(
  ctx: Context,
  { loaded: { row, policies, now }, step: { seq, request } }: { loaded: LoadedModel; step: RaiseStep },
  signal: AbortSignal,
): Promise<ToolResult> {
  const site = { executionKey: row.key, executionId: row.id, agentId: row.agent_id, seq };
  const preview = raiseToPreview(request, site);
  const waitMs = Math.min(...policies.map(({ approvalTimeoutMs }) => approvalTimeoutMs));
  const question = {
    ...{ caller: callerOf(row), row, seq, preview, kind: ApprovalKind.BUDGET },
    message: `Agent ${row.agent_id} needs more than the budget has left. A yes raises it for execution ${row.id} alone.`,
    expiresAt: new Date(now.getTime() + waitMs),
  };
  try {
    const decision = readDecision(await requestApproval(ctx, question, signal), preview);
    if (decision.kind === 'refused') return { outcome: 'failed', code: decision.code, message: decision.message };
    return { outcome: decision.kind };
  } catch (error) {
    if (signal.aborted) throw error;
    return { outcome: 'passing', error: fromConnectError(error).message };
  }
}
