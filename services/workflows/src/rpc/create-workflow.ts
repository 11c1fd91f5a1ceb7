import type { MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import {
  type CreateWorkflowRequestSchema,
  type CreateWorkflowResponseSchema,
  WorkflowsService,
} from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { announce } from '../workflows/announce.ts';
import { nextChange } from '../workflows/change-log.ts';
import { appendWorkflowEvent, type Change } from '../workflows/events.ts';
import { checkFields } from '../workflows/fields.ts';
import { readGraph, requireRunnable, toStepsText } from '../workflows/graph.ts';
import { jsonText } from '../workflows/json-fields.ts';
import { requireProject } from '../workflows/projects.ts';
import type { WorkflowRow } from '../workflows/rows.ts';
import { statusFromProto } from '../workflows/statuses.ts';
import { toProto } from '../workflows/to-proto.ts';
import { insertVersion } from '../workflows/versions.ts';

const { createWorkflow: method } = WorkflowsService.method;

type Request = MessageShape<typeof CreateWorkflowRequestSchema>;
type NewWorkflow = Awaited<ReturnType<typeof readRequest>>;

export async function createWorkflow(
  ctx: Context,
  request: Request,
  call: HandlerContext,
): Promise<MessageShape<typeof CreateWorkflowResponseSchema>> {
  const workflow = await readRequest(ctx, request, call);
  let change: Change | undefined;
  const response = await transact(ctx, call, method, request, async (trx, { organizationId }) => {
    change = { kind: 'created', row: await insertWorkflow(ctx, trx, organizationId, workflow) };
    await appendWorkflowEvent(trx, change);
    return { workflow: toProto(change.row) };
  });
  if (change) await announce(ctx, call, change);
  return response;
}

async function readRequest(ctx: Context, request: Request, call: HandlerContext) {
  const { name, description = null, projectId } = request;
  if (name === undefined) {
    const violations = [{ field: 'name', message: 'is required' }];
    throw new DomainError('malformed', 'parameter_missing', 'Required parameter missing: name', { violations });
  }
  const integrations = jsonText(request.integrations) ?? '[]';
  checkFields({ name, description, integrations });
  const status = request.status === undefined ? 'draft' : statusFromProto(request.status);
  const steps = toStepsText(await readGraph(jsonText(request.steps), ctx.config));
  if (status === 'active') requireRunnable(steps);
  if (projectId !== undefined) await requireProject(ctx, call, projectId);
  return { name, description, status, project_id: projectId ?? null, integrations, steps };
}

async function insertWorkflow(
  ctx: Context,
  trx: Transaction<DB>,
  organizationId: bigint,
  workflow: NewWorkflow,
): Promise<WorkflowRow> {
  const { steps, ...columns } = workflow;
  const now = ctx.clock.now();
  const inserted = await trx
    .insertInto('workflows')
    .values({
      ...columns,
      organization_id: organizationId,
      version: 1,
      sequence: 1n,
      change: await nextChange(trx),
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const row = { ...inserted, steps };
  await insertVersion(trx, row);
  return row;
}
