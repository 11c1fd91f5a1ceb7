import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import { ProjectsService, type UpdateProjectRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { projectProblems } from '../projects/fields.ts';
import { projectNotFound } from '../projects/find-project.ts';
import { projectToProto } from '../projects/to-proto.ts';
import { countWorkflows } from '../projects/workflow-counts.ts';
import { maskedFields } from '../update-mask.ts';

export async function updateProject(ctx: Context, request: UpdateProjectRequest, call: HandlerContext) {
  const { name, description, color } = maskedFields(request, ['name', 'description', 'color']);
  refuseViolations(projectProblems({ name, description, color }));
  // Workflows are counted before the transaction, so that no connection waits for a different service.
  const workflowCount = await countWorkflows(ctx, call, [request.id]);
  return transact(ctx, call, ProjectsService.method.updateProject, request, async (trx, { organizationId }) => {
    const row = await trx
      .updateTable('projects')
      .set({ ...(typeof name === 'string' && { name }), description, color, updated_at: ctx.clock.now() })
      .where('organization_id', '=', organizationId)
      .where('id', '=', request.id)
      .returningAll()
      .executeTakeFirst();
    if (!row) throw projectNotFound();
    return { project: projectToProto(row, workflowCount(row.id)) };
  });
}
