import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type {
  ApplyWorkflowRequestSchema,
  ApplyWorkflowResponseSchema,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { applyWorkflow as apply } from '../lanes/apply-workflow.ts';
import { laneStateOf } from '../lanes/lane.ts';

/** Only the workflows service may say what a workflow is. */
export async function applyWorkflow(
  ctx: Context,
  { workflow, sequence, deleted }: MessageShape<typeof ApplyWorkflowRequestSchema>,
  call: HandlerContext,
): Promise<MessageInitShape<typeof ApplyWorkflowResponseSchema>> {
  const { actor, organizationId } = callerOf(call);
  if (actor.type !== 'service' || actor.id !== 'workflows') {
    throw new DomainError('permission_denied', 'insufficient_role', 'Only the workflows service applies workflows.');
  }
  if (workflow === undefined) throw new DomainError('malformed', 'parameter_missing', 'workflow is required');
  await apply(ctx, {
    organizationId,
    workflowId: workflow.id,
    sequence,
    version: workflow.version,
    state: deleted ? 'deleted' : laneStateOf(workflow.status),
    name: workflow.name,
    steps: Buffer.from(workflow.steps).toString(),
  });
  return {};
}
