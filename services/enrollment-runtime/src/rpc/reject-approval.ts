import type { HandlerContext } from '@connectrpc/connect';
import { ApprovalsService, type RejectApprovalRequest } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { transact } from '@drippulse/writes';
import { approvalToProto, decide, readDecision } from '../approvals/index.ts';
import type { Context } from '../context.ts';

const { rejectApproval: method } = ApprovalsService.method;

export async function rejectApproval(ctx: Context, request: RejectApprovalRequest, call: HandlerContext) {
  const decision = { id: request.id, status: 'rejected' as const, ...readDecision(request) };
  const response = await transact(ctx, call, method, request, async (trx, caller) => ({
    approval: approvalToProto(await decide(ctx, trx, caller, decision)),
  }));
  ctx.relay.wake();
  ctx.wake.advance();
  return response;
}
