import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, type Violation } from '@drippulse/errors';
import { type CreateWorkflowRequest, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { isStrict } from '@drippulse/rpc';
import { commitChange } from '../changes/commit-change.ts';
import { insertWorkflow, type NewWorkflow } from '../changes/insert-workflow.ts';
import { readingOf } from '../changes/reading.ts';
import { requireProject } from '../changes/require-project.ts';
import { requireSenders } from '../changes/require-senders.ts';
import type { Context } from '../context.ts';
import type { Change } from '../workflows/events.ts';
import { checkFields } from '../workflows/fields.ts';
import { readGraph, requireRunnable } from '../workflows/graph.ts';
import { jsonText } from '../workflows/json-fields.ts';
import { checkSettings, givenSettings, requireSettings } from '../workflows/settings.ts';
import { statusFromProto } from '../workflows/statuses.ts';
import { unmaskSteps } from '../workflows/step-secrets.ts';
import { workflowToProto } from '../workflows/to-proto.ts';

export async function createWorkflow(ctx: Context, request: CreateWorkflowRequest, call: HandlerContext) {
  const workflow = await readRequest(ctx, request, call);
  return commitChange(ctx, call, WorkflowsService.method.createWorkflow, request, async (trx, caller) => {
    const change: Change = { kind: 'created', row: await insertWorkflow(ctx, trx, caller, workflow) };
    return { change, response: { workflow: workflowToProto(change.row) } };
  });
}

async function readRequest(ctx: Context, request: CreateWorkflowRequest, call: HandlerContext): Promise<NewWorkflow> {
  const { name, description = null, projectId } = request;
  if (name === undefined) {
    const violations: Violation[] = [{ field: 'name', message: 'is required', code: 'required' }];
    throw new DomainError('malformed', 'parameter_missing', 'Required parameter missing: name', { violations });
  }
  const integrations = jsonText(request.integrations) ?? '[]';
  checkFields({ name, description, integrations });
  const status = request.status === undefined ? 'draft' : statusFromProto(request.status);
  const graph = await readGraph(jsonText(request.steps), readingOf(ctx, call));
  await requireSenders(ctx, call, graph.steps);
  const steps = unmaskSteps(graph.steps, []);
  if (status === 'active') requireRunnable(steps);
  const given = givenSettings(request);
  await checkSettings(given, ctx.workplace.of(call));
  const settings = requireSettings(given, steps, isStrict(call));
  if (projectId !== undefined) await requireProject(ctx, call, projectId);
  return { name, description, status, project_id: projectId ?? null, integrations, settings, steps };
}
