import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import { type ArchiveWorkflowRequest, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { changeWorkflow } from '../changes/change-workflow.ts';
import type { Context } from '../context.ts';

export async function archiveWorkflow(ctx: Context, request: ArchiveWorkflowRequest, call: HandlerContext) {
  return changeWorkflow(ctx, call, request.id, { status: 'archived' }, (write) =>
    transact(ctx, call, WorkflowsService.method.archiveWorkflow, request, write),
  );
}
