import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import { type CreateProjectRequest, ProjectsService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { projectProblems } from '../projects/fields.ts';
import { projectToProto } from '../projects/to-proto.ts';

export async function createProject(ctx: Context, request: CreateProjectRequest, call: HandlerContext) {
  const { name = '', description, color } = request;
  refuseViolations(projectProblems({ name, description, color }));
  return transact(ctx, call, ProjectsService.method.createProject, request, async (trx, { organizationId }) => {
    const now = ctx.clock.now();
    const row = await trx
      .insertInto('projects')
      .values({ organization_id: organizationId, name, description, color, created_at: now, updated_at: now })
      .returningAll()
      .executeTakeFirstOrThrow();
    return { project: projectToProto(row, 0n) };
  });
}
