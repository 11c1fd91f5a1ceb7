import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import { type PauseWorkflowRequest, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { changeWorkflow } from '../changes/change-workflow.ts';
import type { Context } from '../context.ts';

export async function pauseWorkflow(ctx: Context, request: PauseWorkflowRequest, call: HandlerContext) {
  return changeWorkflow(ctx, call, request.id, { status: 'paused' }, (write) =>
    transact(ctx, call, WorkflowsService.method.pauseWorkflow, request, write),
  );
}
