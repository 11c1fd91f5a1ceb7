import type { HandlerContext } from '@connectrpc/connect';
import { retryConflicts } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { stringifyJson } from '@drippulse/json';
import { LeadFormsService } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { CrmOpportunityPipelinesService } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { WorkflowStatus, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { type Caller, checkAccess, fromConnectError } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { type FormColumns, requireCaptcha, requireSound } from '../lead-forms/columns.ts';
import { insertForm } from '../lead-forms/insert-form.ts';
import { ensureDefaultPipeline, makeSureOfDefault } from '../pipelines/default-pipeline.ts';
import { selectStages } from '../pipelines/rows.ts';
import { logForm } from './activity.ts';
import { auditCreated } from './audit-created.ts';
import { lockPlan, type PlannedOperation, type PlanRow, parseOperations, resourceOf } from './plan.ts';
import type { Operation } from './plan-operations.ts';

/** Arguments of each operation: the plan as it was read, and the caller in the mode of the plan. */
export type Applying = { ctx: Context; call: HandlerContext; caller: Caller; plan: PlanRow };

type Of<Kind extends Operation['kind']> = Extract<PlannedOperation, { kind: Kind }>;

/**
 * Refuses operations that the caller could not do directly, because of role, scope or mode, or because only users may
 * do them. Calls to other services have no scopes, so the scopes for a workflow are checked here too.
 */
export function requireRights(caller: Caller, operations: readonly Operation[]): void {
  for (const { kind } of operations) {
    if (kind === 'create_workflow') checkAccess(WorkflowsService.method.createWorkflow, caller);
    if (kind === 'create_lead_form') checkAccess(LeadFormsService.method.createLeadForm, caller);
    if (kind === 'create_pipeline') {
      checkAccess(CrmOpportunityPipelinesService.method.createCrmOpportunityPipeline, caller);
    }
  }
}

/**
 * Carries out an operation, unless it is already done. If the process dies during the operation, the operation starts
 * again.
 */
export async function carryOut(applying: Applying, operation: PlannedOperation): Promise<void> {
  switch (operation.kind) {
    case 'ensure_default_pipeline':
      return once(applying, operation, (trx) => ensureDefault(applying, trx));
    case 'create_pipeline':
      return once(applying, operation, (trx) => createPipeline(applying, trx, operation));
    case 'create_workflow': {
      const id = await createWorkflow(applying, operation);
      return once(applying, operation, async () => id);
    }
    case 'create_lead_form':
      return once(applying, operation, (trx, operations) => createForm(applying, trx, operation, operations));
    case 'check_connection':
      return;
  }
}

/**
 * Creates the resource of an operation and records the resource's id in the plan, in one transaction that locks the
 * plan.
 */
async function once(
  { ctx, plan }: Applying,
  { key }: PlannedOperation,
  make: (trx: Transaction<DB>, operations: readonly PlannedOperation[]) => Promise<string>,
): Promise<void> {
  const commit = () =>
    ctx.db.kysely.transaction().execute(async (trx) => {
      const locked = await lockPlan(trx, plan);
      const operations = parseOperations(locked.operations);
      if (operations.find((one) => one.key === key)?.status !== 'planned') return;
      const resource_id = await make(trx, operations);
      const noted = operations.map((one) => (one.key === key ? { ...one, status: 'done', resource_id } : one));
      await trx
        .updateTable('operator_plans')
        .set({ operations: JSON.stringify(noted), status: 'applying' })
        .where('organization_id', '=', plan.organization_id)
        .where('id', '=', plan.id)
        .execute();
    });
  await retryConflicts(commit);
  ctx.relay.wake();
}

async function ensureDefault({ ctx, call, caller }: Applying, trx: Transaction<DB>): Promise<string> {
  const { pipeline, isNew } = await makeSureOfDefault(ctx, trx, caller.organizationId);
  if (isNew) await auditCreated(trx, call, caller, 'opportunity_pipeline', pipeline.id);
  return pipeline.id;
}

async function createPipeline(
  { ctx, call, caller }: Applying,
  trx: Transaction<DB>,
  { name, stages }: Of<'create_pipeline'>,
): Promise<string> {
  const { organizationId: organization_id, actor } = caller;
  const id = uuidv7();
  const now = ctx.clock.now();
  await trx
    .insertInto('opportunity_pipelines')
    .values({ id, organization_id, user_id: BigInt(actor.id), name, created_at: now, updated_at: now })
    .execute();
  const wanted = stages.length === 0 ? await defaultStages(ctx, trx, organization_id) : closedBy(stages);
  await trx
    .insertInto('opportunity_pipeline_stages')
    .values(wanted.map((stage, position) => ({ ...stage, id: uuidv7(), organization_id, pipeline_id: id, position })))
    .execute();
  await auditCreated(trx, call, caller, 'opportunity_pipeline', id);
  return id;
}

async function defaultStages(ctx: Context, trx: Transaction<DB>, organizationId: bigint) {
  const model = await ensureDefaultPipeline(ctx, trx, organizationId);
  const stages = await selectStages(trx, organizationId).where('pipeline_id', '=', model.id).execute();
  return stages.map(({ name, stage_type }) => ({ name, stage_type }));
}

function closedBy(stages: readonly string[]) {
  return [
    ...stages.map((name) => ({ name, stage_type: 'open' })),
    { name: 'Won', stage_type: 'won' },
    { name: 'Lost', stage_type: 'lost' },
  ];
}

/**
 * Creates the workflow of a plan. The workflows service keeps the idempotency key for 24 hours, longer than the plan
 * may be applied, and returns the same workflow to every repeat. It refuses a parallel call with
 * `idempotency_in_progress`.
 */
async function createWorkflow(
  { ctx, call, caller, plan }: Applying,
  operation: Of<'create_workflow'>,
): Promise<string> {
  const { name, description, steps } = operation;
  const { workflow } = await ctx.clients
    .workflows(caller, call)
    .createWorkflow(
      { name, description, status: WorkflowStatus.ACTIVE, steps: Buffer.from(stringifyJson(steps)) },
      { headers: { 'idempotency-key': `operator:${plan.id}:${operation.key}` } },
    );
  if (workflow === undefined) throw new Error('the workflow was created without a row');
  return String(workflow.id);
}

async function createForm(
  { ctx, call, caller, plan }: Applying,
  trx: Transaction<DB>,
  operation: Of<'create_lead_form'>,
  operations: readonly PlannedOperation[],
): Promise<string> {
  const workflowId = resourceOf(operations, 'workflow');
  const columns: FormColumns = {
    name: operation.name,
    title: null,
    description: operation.description,
    fields: operation.fields,
    submit_label: 'Send',
    thank_you_text: 'Thank you. We have received your message.',
    redirect_url: null,
    source: 'lead_form',
    workflow_id: workflowId === undefined ? null : BigInt(workflowId),
    hcaptcha_required: operation.hcaptcha_required,
    active: true,
  };
  requireSound(columns);
  requireCaptcha(columns.hcaptcha_required, ctx.captcha);
  const row = await insertForm(ctx, trx, caller, columns);
  await logForm(ctx, trx, caller, row, plan);
  await auditCreated(trx, call, caller, 'lead_form', String(row.id));
  return String(row.id);
}

/**
 * Refuses a plan whose workflow existed at the preview and is now deleted or archived, because the plan's form would
 * enroll nobody.
 */
export async function requireFound({ ctx, call, caller }: Applying, operations: readonly PlannedOperation[]) {
  const used = operations.find(({ kind, status }) => kind === 'create_workflow' && status === 'exists');
  if (used?.resource_id == null) return;
  const status = await statusOf(ctx, call, caller, BigInt(used.resource_id));
  if (status !== undefined && status !== WorkflowStatus.ARCHIVED) return;
  const message = `The workflow "${used.name}", which the plan found, was deleted or archived: preview again.`;
  throw new DomainError('failed_precondition', 'operator_plan_stale', message);
}

async function statusOf(ctx: Context, call: HandlerContext, caller: Caller, id: bigint) {
  try {
    return (await ctx.clients.workflows(caller, call).getWorkflow({ id })).workflow?.status;
  } catch (error) {
    const failure = fromConnectError(error);
    if (failure.kind === 'not_found') return undefined;
    throw failure;
  }
}
