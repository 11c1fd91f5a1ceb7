import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { GetWorkflowVersionRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { settingsToProto } from '../workflows/settings.ts';
import { findVersion } from '../workflows/versions.ts';

export async function getWorkflowVersion(ctx: Context, request: GetWorkflowVersionRequest, call: HandlerContext) {
  const { workflowId, version } = request;
  await ctx.loadWorkflow(callerOf(call).organizationId, workflowId);
  const row = await findVersion(ctx.db.kysely, workflowId, version).executeTakeFirst();
  if (row === undefined) {
    throw new DomainError('not_found', 'workflow_version_not_found', 'The workflow has no version with this number.');
  }
  return {
    version: {
      workflowId,
      version: row.version,
      steps: new TextEncoder().encode(row.steps),
      ...settingsToProto(row.settings),
      actorType: row.actor_type,
      actorId: row.actor_id,
      createdAt: timestampFromDate(row.created_at),
    },
  };
}
