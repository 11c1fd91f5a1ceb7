import type { HandlerContext } from '@connectrpc/connect';
import type { GetProjectRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findProject } from '../projects/find-project.ts';
import { projectToProto } from '../projects/to-proto.ts';
import { countWorkflows } from '../projects/workflow-counts.ts';

export async function getProject(ctx: Context, request: GetProjectRequest, call: HandlerContext) {
  const row = await findProject(ctx.db.kysely, callerOf(call).organizationId, request.id);
  const workflowCount = await countWorkflows(ctx, call, [row.id]);
  return { project: projectToProto(row, workflowCount(row.id)) };
}
