import type { HandlerContext } from '@connectrpc/connect';
import { type UpdateWorkflowRequest, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf, isStrict } from '@drippulse/rpc';
import { changeWorkflow } from '../changes/change-workflow.ts';
import { commitChange } from '../changes/commit-change.ts';
import { readingOf } from '../changes/reading.ts';
import { requireProject } from '../changes/require-project.ts';
import { requireSenders } from '../changes/require-senders.ts';
import type { Changes } from '../changes/save-changes.ts';
import type { Context } from '../context.ts';
import { checkFields } from '../workflows/fields.ts';
import { readGraph } from '../workflows/graph.ts';
import { jsonText } from '../workflows/json-fields.ts';
import { checkSettings, givenSettings } from '../workflows/settings.ts';
import { statusFromProto } from '../workflows/statuses.ts';

export async function updateWorkflow(ctx: Context, request: UpdateWorkflowRequest, call: HandlerContext) {
  const changes = await readRequest(ctx, request, call);
  const { id } = request;
  return commitChange(ctx, call, WorkflowsService.method.updateWorkflow, request, (trx, { organizationId }) =>
    changeWorkflow(ctx, trx, { organizationId, id }, changes),
  );
}

/** Reads the members that the mask names. A named member without a value was null in JSON, which clears it. */
async function readRequest(ctx: Context, request: UpdateWorkflowRequest, call: HandlerContext): Promise<Changes> {
  const present = new Set(request.updateMask?.paths);
  const changes: Changes = {
    ...(present.has('name') && { name: request.name ?? '' }),
    ...(present.has('description') && { description: request.description ?? null }),
    ...(present.has('status') && { status: statusFromProto(request.status) }),
    ...(present.has('project_id') && { project_id: request.projectId ?? null }),
    ...(present.has('integrations') && { integrations: jsonText(request.integrations) ?? '[]' }),
  };
  checkFields(changes);
  if (present.has('steps')) {
    const graph = await readGraph(jsonText(request.steps), readingOf(ctx, call));
    await requireSenders(ctx, call, graph.steps);
    changes.graph = { ...graph, author: callerOf(call).actor };
  }
  const given = givenSettings(request, (name) => present.has(name));
  if (Object.keys(given).length > 0) {
    await checkSettings(given, ctx.workplace.of(call));
    changes.settings = { given, isStrict: isStrict(call), author: callerOf(call).actor };
  }
  if (changes.project_id) await requireProject(ctx, call, changes.project_id);
  return changes;
}
