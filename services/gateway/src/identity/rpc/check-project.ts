import type { HandlerContext } from '@connectrpc/connect';
import type { CheckProjectRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findProject } from '../projects/find-project.ts';

export async function checkProject(ctx: Context, request: CheckProjectRequest, call: HandlerContext) {
  await findProject(ctx.db.kysely, callerOf(call).organizationId, request.id);
  return {};
}
