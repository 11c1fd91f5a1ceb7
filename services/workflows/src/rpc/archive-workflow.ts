import type { MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import {
  type ArchiveWorkflowRequestSchema,
  type ArchiveWorkflowResponseSchema,
  WorkflowsService,
} from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Context } from '../context.ts';
import { changeWorkflow } from '../workflows/change-workflow.ts';

const { archiveWorkflow: method } = WorkflowsService.method;

export function archiveWorkflow(
  ctx: Context,
  request: MessageShape<typeof ArchiveWorkflowRequestSchema>,
  call: HandlerContext,
): Promise<MessageShape<typeof ArchiveWorkflowResponseSchema>> {
  return changeWorkflow(ctx, call, request.id, { status: 'archived' }, (write) =>
    transact(ctx, call, method, request, write),
  );
}
