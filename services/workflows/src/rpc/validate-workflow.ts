import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { activeProblems, checkSettingsInTurns, type Step, withDefaults } from '@drippulse/engine';
import type { Violation } from '@drippulse/errors';
import type {
  ValidateWorkflowRequest,
  WorkflowProblemSchema,
} from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { isStrict } from '@drippulse/rpc';
import { loadFormer } from '../changes/former.ts';
import { readingOf } from '../changes/reading.ts';
import { requireProject } from '../changes/require-project.ts';
import { senderProblems } from '../changes/require-senders.ts';
import { type Unusable, unusableConnections } from '../changes/unusable-connections.ts';
import type { Context } from '../context.ts';
import { fieldProblems } from '../workflows/fields.ts';
import { inspectGraph, withKeptIds } from '../workflows/graph.ts';
import { jsonField, jsonText } from '../workflows/json-fields.ts';
import { givenSettings, inspectSettings, storedSettings } from '../workflows/settings.ts';
import { statusFromProto } from '../workflows/statuses.ts';
import { maskSteps, revealMasked } from '../workflows/step-secrets.ts';

/**
 * Runs the checks of a create or an update, and lists the problems of all checks. A create or an update reports only
 * the problems of the first check that fails.
 */
export async function validateWorkflow(ctx: Context, request: ValidateWorkflowRequest, call: HandlerContext) {
  const { name, description, projectId } = request;
  const fields = fieldProblems({ name, description, integrations: jsonText(request.integrations) });
  const { steps, problems } = await inspectSteps(ctx, request, call);
  if (projectId !== undefined) await requireProject(ctx, call, projectId);
  const all = [...fields, ...problems];
  if (all.length > 0) return { valid: false, problems: all.map(problemToProto) };
  const warnings = ((await unusableConnections(ctx, call, steps)) ?? []).map(warningOf);
  return { valid: true, problems: [], warnings, steps: jsonField(maskSteps(steps).map(withDefaults)) };
}

/** Returns a warning about an unusable connection. It is not a problem, because the connection may be created later. */
function warningOf({ step, provider, reason }: Unusable): MessageInitShape<typeof WorkflowProblemSchema> {
  const path = `steps.${step.position}.config.connection_key`;
  return problemToProto({ field: path, message: `no usable connection for ${provider}: ${reason}`, code: 'not_found' });
}

/** Returns the steps as they would be stored, or the problems. */
async function inspectSteps(
  ctx: Context,
  request: ValidateWorkflowRequest,
  call: HandlerContext,
): Promise<{ steps: Step[]; problems: Violation[] }> {
  const { status, steps: bytes, workflowId } = request;
  const former = await loadFormer(ctx, call, workflowId);
  const willBeActive = (status === undefined ? former.status : statusFromProto(status)) === 'active';
  const { graph, problems, ofActions } = await inspectGraph(jsonText(bytes), readingOf(ctx, call));
  const kept = withKeptIds(graph, former.steps);
  const ofSettings = await inspectAllSettings(ctx, request, call, { kept, former: former.settings });
  const senders = await senderProblems(ctx, call, graph.steps);
  const ofSteps = [...problems, ...ofActions];
  if (ofSteps.length > 0) return { steps: graph.steps, problems: [...ofSteps, ...senders, ...ofSettings] };
  const { unmasked: steps, problems: masks } = revealMasked(kept, former.steps);
  const running = willBeActive ? activeProblems(steps) : [];
  return { steps, problems: [...senders, ...masks, ...running, ...ofSettings] };
}

/** Finds the problems of the settings that the workflow would have. */
async function inspectAllSettings(
  ctx: Context,
  request: ValidateWorkflowRequest,
  call: HandlerContext,
  { kept, former }: { kept: readonly Step[]; former: string },
): Promise<Violation[]> {
  const given = givenSettings(request, (name) => isGiven(request, name));
  const ofPlaces = await ctx.workplace.of(call)(checkSettingsInTurns(given));
  if (ofPlaces.length > 0) return ofPlaces;
  return inspectSettings({ ...storedSettings(former), ...given }, kept, isStrict(call)).problems;
}

/** Whether the request has a member. An absent member stays as it is. */
function isGiven(request: ValidateWorkflowRequest, name: string): boolean {
  return request[name === 're_entry' ? 'reEntry' : (name as 'goals' | 'holdout' | 'priority' | 'class')] !== undefined;
}

function problemToProto(violation: Violation): MessageInitShape<typeof WorkflowProblemSchema> {
  const { field, message, code = 'invalid', allowed = [], suggestion, phrase } = violation;
  const [, index] = /^steps\.(\d+)/.exec(field) ?? [];
  return {
    path: field,
    step: index === undefined ? undefined : Number(index),
    code,
    message: phrase ?? message,
    allowed: [...allowed],
    suggestion,
  };
}
