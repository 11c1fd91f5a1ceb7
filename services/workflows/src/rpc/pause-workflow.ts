import type { MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import {
  type PauseWorkflowRequestSchema,
  type PauseWorkflowResponseSchema,
  WorkflowsService,
} from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Context } from '../context.ts';
import { changeWorkflow } from '../workflows/change-workflow.ts';

const { pauseWorkflow: method } = WorkflowsService.method;

export function pauseWorkflow(
  ctx: Context,
  request: MessageShape<typeof PauseWorkflowRequestSchema>,
  call: HandlerContext,
): Promise<MessageShape<typeof PauseWorkflowResponseSchema>> {
  return changeWorkflow(ctx, call, request.id, { status: 'paused' }, (write) =>
    transact(ctx, call, method, request, write),
  );
}
