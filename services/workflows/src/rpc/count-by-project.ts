import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { CountByProjectRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf, modeFromProto } from '@drippulse/rpc';
import type { Context } from '../context.ts';

const maxProjects = 1000;

export async function countByProject(ctx: Context, request: CountByProjectRequest, call: HandlerContext) {
  const { projectIds, mode } = request;
  if (projectIds.length > maxProjects) {
    throw new DomainError('invalid', 'too_many_projects', `At most ${maxProjects} projects are counted at once.`);
  }
  if (projectIds.length === 0) return {};
  const modes = mode === undefined ? (['live', 'test'] as const) : [modeFromProto(mode)];
  const rows = await ctx.db.kysely
    .selectFrom('workflows')
    .select((eb) => ['project_id', eb.fn.countAll<bigint>().as('count')])
    .where('organization_id', '=', callerOf(call).organizationId)
    .where('mode', 'in', modes)
    .where('project_id', 'in', projectIds)
    .where('deleted_at', 'is', null)
    .groupBy('project_id')
    .execute();
  return { counts: Object.fromEntries(rows.map((row) => [String(row.project_id), row.count])) };
}
