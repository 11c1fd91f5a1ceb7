import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { stringifyJson } from '@drippulse/json';
import { type CreateWorkflowRequest, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Caller } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import { commitChange } from '../changes/commit-change.ts';
import { requireProject } from '../changes/require-project.ts';
import { urlCheckOf } from '../changes/url-check.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { requireOpenProject } from '../projects/open-project.ts';
import { nextChange } from '../workflows/change-log.ts';
import type { Change } from '../workflows/events.ts';
import { checkFields } from '../workflows/fields.ts';
import { readGraph, requireRunnable } from '../workflows/graph.ts';
import { jsonText } from '../workflows/json-fields.ts';
import type { WorkflowRow } from '../workflows/rows.ts';
import { statusFromProto } from '../workflows/statuses.ts';
import { sealSteps, unmaskSteps } from '../workflows/step-secrets.ts';
import { workflowToProto } from '../workflows/to-proto.ts';
import { insertVersion } from '../workflows/versions.ts';

type NewWorkflow = Awaited<ReturnType<typeof readRequest>>;

export async function createWorkflow(ctx: Context, request: CreateWorkflowRequest, call: HandlerContext) {
  const workflow = await readRequest(ctx, request, call);
  return commitChange(ctx, call, WorkflowsService.method.createWorkflow, request, async (trx, caller) => {
    const change: Change = { kind: 'created', row: await insertWorkflow(ctx, trx, caller, workflow) };
    return { change, response: { workflow: workflowToProto(change.row) } };
  });
}

async function readRequest(ctx: Context, request: CreateWorkflowRequest, call: HandlerContext) {
  const { name, description = null, projectId } = request;
  if (name === undefined) {
    const violations = [{ field: 'name', message: 'is required' }];
    throw new DomainError('malformed', 'parameter_missing', 'Required parameter missing: name', { violations });
  }
  const integrations = jsonText(request.integrations) ?? '[]';
  checkFields({ name, description, integrations });
  const status = request.status === undefined ? 'draft' : statusFromProto(request.status);
  const graph = await readGraph(jsonText(request.steps), urlCheckOf(ctx, call));
  const steps = unmaskSteps(graph.steps, []);
  if (status === 'active') requireRunnable(stringifyJson(steps));
  if (projectId !== undefined) await requireProject(ctx, call, projectId);
  return { name, description, status, project_id: projectId ?? null, integrations, steps };
}

async function insertWorkflow(
  ctx: Context,
  trx: Transaction<DB>,
  { organizationId, mode }: Caller,
  workflow: NewWorkflow,
): Promise<WorkflowRow> {
  const { steps, ...columns } = workflow;
  await requireOpenProject(trx, organizationId, columns.project_id);
  const now = ctx.clock.now();
  const inserted = await trx
    .insertInto('workflows')
    .values({
      ...columns,
      organization_id: organizationId,
      mode,
      version: 1,
      sequence: 1n,
      change: await nextChange(trx),
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  // The id is a part of what seals the steps.
  const row = { ...inserted, ...sealSteps(ctx.sealer, inserted.id, steps) };
  await insertVersion(trx, row);
  return row;
}
