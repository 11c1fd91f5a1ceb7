import type { MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import {
  type ActivateWorkflowRequestSchema,
  type ActivateWorkflowResponseSchema,
  WorkflowsService,
} from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Context } from '../context.ts';
import { changeWorkflow } from '../workflows/change-workflow.ts';

const { activateWorkflow: method } = WorkflowsService.method;

export function activateWorkflow(
  ctx: Context,
  request: MessageShape<typeof ActivateWorkflowRequestSchema>,
  call: HandlerContext,
): Promise<MessageShape<typeof ActivateWorkflowResponseSchema>> {
  return changeWorkflow(ctx, call, request.id, { status: 'active' }, (write) =>
    transact(ctx, call, method, request, write),
  );
}
