import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import { type DeleteProjectRequest, ProjectsService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { type Caller, callerOf, fromConnectError } from '@drippulse/rpc';
import { requireRevision, transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { findProject } from '../projects/find-project.ts';

export async function deleteProject(ctx: Context, request: DeleteProjectRequest, call: HandlerContext) {
  const caller = callerOf(call);
  await findProject(ctx.db.kysely, caller.organizationId, request.id);
  if (request.reassignTo !== undefined) await checkHeir(ctx, caller, request.id, request.reassignTo);
  // The revision is checked before anything is moved, so that a refused call has moved nothing. The transaction of the
  // deletion checks it again.
  await ctx.db.kysely.transaction().execute((trx) => requireRevision(call, trx, caller));
  // The workflows service closes the project before it moves the workflows, so that no workflow can be added
  // afterwards. If this call stops half-way, the project still exists, without workflows and closed to new ones, and
  // the call can be repeated.
  await closeProject(ctx, call, request);
  return transact(ctx, call, ProjectsService.method.deleteProject, request, async (trx, { organizationId }) => {
    await trx
      .deleteFrom('projects')
      .where('organization_id', '=', organizationId)
      .where('id', '=', request.id)
      .execute();
    return {};
  });
}

async function checkHeir(ctx: Context, caller: Caller, projectId: bigint, heirId: bigint): Promise<void> {
  if (heirId === projectId)
    refuseViolations([{ field: 'reassign_to', message: 'must be another project', code: 'not_allowed' }]);
  await findProject(ctx.db.kysely, caller.organizationId, heirId);
}

async function closeProject(ctx: Context, call: HandlerContext, { id, reassignTo, force }: DeleteProjectRequest) {
  const onlyIfEmpty = reassignTo === undefined && force !== true;
  try {
    await ctx.clients.workflows(callerOf(call), call).reassignProject({ projectId: id, reassignTo, onlyIfEmpty });
  } catch (error) {
    throw fromConnectError(error);
  }
}
