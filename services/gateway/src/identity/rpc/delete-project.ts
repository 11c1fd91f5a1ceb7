import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import type { DeleteProjectRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { type Caller, callerOf, fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findProject } from '../projects/find-project.ts';

export async function deleteProject(ctx: Context, request: DeleteProjectRequest, call: HandlerContext) {
  const caller = callerOf(call);
  await findProject(ctx.db.kysely, caller.organizationId, request.id);
  if (request.reassignTo !== undefined) await checkHeir(ctx, caller, request.id, request.reassignTo);
  if (request.reassignTo === undefined && !request.force) await refuseUnlessEmpty(ctx, call, request.id);

  // Workflows are moved first. If this stops half-way, the project still exists and the call can be repeated.
  await moveWorkflows(ctx, call, request);
  await ctx.db.kysely
    .deleteFrom('projects')
    .where('organization_id', '=', caller.organizationId)
    .where('id', '=', request.id)
    .execute();
  // Moves workflows that were created in the project in the meantime.
  await moveWorkflows(ctx, call, request);
  return {};
}

async function checkHeir(ctx: Context, caller: Caller, projectId: bigint, heirId: bigint): Promise<void> {
  if (heirId === projectId) refuseViolations([{ field: 'reassign_to', message: 'must be another project' }]);
  await findProject(ctx.db.kysely, caller.organizationId, heirId);
}

async function refuseUnlessEmpty(ctx: Context, call: HandlerContext, projectId: bigint): Promise<void> {
  const { counts } = await ctx.clients
    .workflows(callerOf(call), call)
    .countByProject({ projectIds: [projectId] })
    .catch(fail);
  const count = counts[String(projectId)] ?? 0n;
  if (count === 0n) return;
  throw new DomainError(
    'failed_precondition',
    'project_not_empty',
    `The project has ${count} workflow${count === 1n ? '' : 's'}: say where they go with reassign_to, or force=true to leave them without one.`,
  );
}

async function moveWorkflows(ctx: Context, call: HandlerContext, { id, reassignTo }: DeleteProjectRequest) {
  await ctx.clients.workflows(callerOf(call), call).reassignProject({ projectId: id, reassignTo }).catch(fail);
}

function fail(error: unknown): never {
  throw fromConnectError(error);
}
