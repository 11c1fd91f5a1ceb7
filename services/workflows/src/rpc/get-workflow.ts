import type { HandlerContext } from '@connectrpc/connect';
import type { GetWorkflowRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { workflowToProto } from '../workflows/to-proto.ts';

export async function getWorkflow(ctx: Context, request: GetWorkflowRequest, call: HandlerContext) {
  const row = await ctx.loadWorkflow(callerOf(call).organizationId, request.id);
  // The REST response contains only the workflow, without `sealedSteps`.
  return { workflow: workflowToProto(row), sealedSteps: row.sealed ?? undefined };
}
