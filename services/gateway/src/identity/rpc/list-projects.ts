import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList } from '@drippulse/db';
import type { ListProjectsRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { projectToProto } from '../projects/to-proto.ts';
import { countWorkflows } from '../projects/workflow-counts.ts';

export async function listProjects(ctx: Context, request: ListProjectsRequest, call: HandlerContext) {
  const projects = ctx.db.kysely.selectFrom('projects').where('organization_id', '=', callerOf(call).organizationId);
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      projects.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(ctx.db.kysely, projects.select('id')),
  });
  const workflowCount = await countWorkflows(
    ctx,
    call,
    rows.map((row) => row.id),
  );
  return { projects: rows.map((row) => projectToProto(row, workflowCount(row.id))), ...paging };
}
