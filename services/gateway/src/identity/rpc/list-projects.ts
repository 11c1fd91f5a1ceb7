import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListProjectsRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { projectToProto } from '../projects/to-proto.ts';
import { countWorkflows } from '../projects/workflow-counts.ts';

export async function listProjects(ctx: Context, request: ListProjectsRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const all = kysely.selectFrom('projects').where('organization_id', '=', callerOf(call).organizationId);
  const projects = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      projects.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, projects.select('id')),
  });
  const workflowCount = await countWorkflows(
    ctx,
    call,
    rows.map((row) => row.id),
  );
  return {
    projects: await convertInTurns(rows, (row) => projectToProto(row, workflowCount(row.id)), call.signal),
    ...paging,
  };
}
