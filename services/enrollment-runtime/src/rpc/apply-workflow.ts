import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { ApplyWorkflowRequest } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf, modeFromProto } from '@drippulse/rpc';
import { serviceOf } from '@drippulse/topology';
import type { Context } from '../context.ts';
import { applyWorkflow as apply } from '../lanes/apply-workflow.ts';
import { laneStateOf } from '../lanes/lane.ts';
import { boxOf, versionOf } from '../lanes/sealed-steps.ts';

/** Applies a workflow. Only the workflows service may call it. */
export async function applyWorkflow(ctx: Context, request: ApplyWorkflowRequest, call: HandlerContext) {
  const { workflow, sequence, deleted, sealedSteps } = request;
  const { actor, organizationId } = callerOf(call);
  if (actor.type !== 'service' || actor.id !== serviceOf('workflows')) {
    throw new DomainError('permission_denied', 'insufficient_role', 'Only the workflows service applies workflows.');
  }
  if (workflow === undefined) throw new DomainError('malformed', 'parameter_missing', 'workflow is required');
  await apply(ctx, {
    organizationId,
    workflowId: workflow.id,
    sequence,
    version: workflow.version,
    mode: modeFromProto(workflow.mode),
    state: deleted ? 'deleted' : laneStateOf(workflow.status),
    name: workflow.name,
    ...versionOf(workflow),
    sealed: boxOf(sealedSteps),
  });
  return {};
}
