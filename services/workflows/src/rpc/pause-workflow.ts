import type { HandlerContext } from '@connectrpc/connect';
import { type PauseWorkflowRequest, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { changeWorkflow } from '../changes/change-workflow.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Context } from '../context.ts';

export async function pauseWorkflow(ctx: Context, request: PauseWorkflowRequest, call: HandlerContext) {
  const { id } = request;
  return commitChange(ctx, call, WorkflowsService.method.pauseWorkflow, request, (trx, { organizationId }) =>
    changeWorkflow(ctx, trx, { organizationId, id }, { status: 'paused' }),
  );
}
