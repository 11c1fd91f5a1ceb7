import type { MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import {
  type UpdateWorkflowRequestSchema,
  type UpdateWorkflowResponseSchema,
  WorkflowsService,
} from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Context } from '../context.ts';
import { changeWorkflow } from '../workflows/change-workflow.ts';
import { checkFields } from '../workflows/fields.ts';
import { readGraph } from '../workflows/graph.ts';
import { jsonText } from '../workflows/json-fields.ts';
import { requireProject } from '../workflows/projects.ts';
import type { Changes } from '../workflows/save-changes.ts';
import { statusFromProto } from '../workflows/statuses.ts';

const { updateWorkflow: method } = WorkflowsService.method;

type Request = MessageShape<typeof UpdateWorkflowRequestSchema>;

export async function updateWorkflow(
  ctx: Context,
  request: Request,
  call: HandlerContext,
): Promise<MessageShape<typeof UpdateWorkflowResponseSchema>> {
  const changes = await readRequest(ctx, request, call);
  return changeWorkflow(ctx, call, request.id, changes, (write) => transact(ctx, call, method, request, write));
}

/** The members that the mask names; one that is named and unset was null in JSON, which clears it. */
async function readRequest(ctx: Context, request: Request, call: HandlerContext): Promise<Changes> {
  const present = new Set(request.updateMask?.paths);
  const changes: Changes = {
    ...(present.has('name') && { name: request.name ?? '' }),
    ...(present.has('description') && { description: request.description ?? null }),
    ...(present.has('status') && { status: statusFromProto(request.status) }),
    ...(present.has('project_id') && { project_id: request.projectId ?? null }),
    ...(present.has('integrations') && { integrations: jsonText(request.integrations) ?? '[]' }),
  };
  checkFields(changes);
  if (present.has('steps')) changes.graph = await readGraph(jsonText(request.steps), ctx.config);
  if (changes.project_id) await requireProject(ctx, call, changes.project_id);
  return changes;
}
