import type { HandlerContext } from '@connectrpc/connect';
import type { GetApprovalRequest } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { callerOf } from '@drippulse/rpc';
import { approvalToProto, findApproval } from '../approvals/index.ts';
import type { Context } from '../context.ts';

export async function getApproval(ctx: Context, { id }: GetApprovalRequest, call: HandlerContext) {
  return { approval: approvalToProto(await findApproval(ctx.db.kysely, callerOf(call).organizationId, id)) };
}
