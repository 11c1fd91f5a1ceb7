import type { HandlerContext } from '@connectrpc/connect';
import { ApprovalsService, type ApproveApprovalRequest } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { transact } from '@drippulse/writes';
import { approvalToProto, decide, readArguments, readDecision } from '../approvals/index.ts';
import type { Context } from '../context.ts';

const { approveApproval: method } = ApprovalsService.method;

export async function approveApproval(ctx: Context, request: ApproveApprovalRequest, call: HandlerContext) {
  const { id } = request;
  const editedArguments = readArguments(request.editedArguments);
  const decision = { id, status: 'approved' as const, ...readDecision(request), editedArguments };
  const response = await transact(ctx, call, method, request, async (trx, caller) => ({
    approval: approvalToProto(await decide(ctx, trx, caller, decision)),
  }));
  ctx.relay.wake();
  ctx.wake.advance();
  return response;
}
