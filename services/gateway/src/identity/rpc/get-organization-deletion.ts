import type { HandlerContext } from '@connectrpc/connect';
import type { GetOrganizationDeletionRequest } from '@drippulse/proto/drippulse/identity/v1/organization_deletion_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { readDeletion } from '../deletions/to-proto.ts';

export async function getOrganizationDeletion(
  ctx: Context,
  _request: GetOrganizationDeletionRequest,
  call: HandlerContext,
) {
  return { deletion: await readDeletion(ctx.db.kysely, callerOf(call).organizationId) };
}
