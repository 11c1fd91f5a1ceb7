import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import { type ActivateWorkflowRequest, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { changeWorkflow } from '../changes/change-workflow.ts';
import type { Context } from '../context.ts';

export async function activateWorkflow(ctx: Context, request: ActivateWorkflowRequest, call: HandlerContext) {
  return changeWorkflow(ctx, call, request.id, { status: 'active' }, (write) =>
    transact(ctx, call, WorkflowsService.method.activateWorkflow, request, write),
  );
}
