import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations, type Violation } from '@drippulse/errors';
import { stringifyJson } from '@drippulse/json';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { type Caller, modeToProto } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { selectForms } from '../lead-forms/form.ts';
import { findDefault } from '../pipelines/default-pipeline.ts';
import { selectPipelines } from '../pipelines/rows.ts';
import type { PlannedOperation } from './plan.ts';
import type { Operation } from './plan-operations.ts';
import type { PlannedStep } from './workflow-steps.ts';

/** Maximum number of workflows that are read for one name. Workflows seldom share a name. */
const mostOfName = 100;

type Found = Pick<PlannedOperation, 'status' | 'resource_id' | 'note'>;

const planned: Found = { status: 'planned', resource_id: null, note: null };

/** Looks for existing resources that have the names of the resources to create. */
export async function findExisting(
  ctx: Context,
  call: HandlerContext,
  caller: Caller,
  operations: readonly Operation[],
): Promise<PlannedOperation[]> {
  const found: PlannedOperation[] = [];
  const steps = operations.find((operation) => operation.kind === 'create_workflow')?.steps ?? [];
  const connection = await checkSteps(ctx, call, caller, steps);
  for (const operation of operations) {
    const state =
      operation.kind === 'check_connection' ? connection : await findOne(ctx, call, caller, operation, found);
    found.push({ ...operation, ...state });
  }
  return found;
}

function findOne(
  ctx: Context,
  call: HandlerContext,
  caller: Caller,
  operation: Exclude<Operation, { kind: 'check_connection' }>,
  before: readonly PlannedOperation[],
): Promise<Found> {
  switch (operation.kind) {
    case 'ensure_default_pipeline':
    case 'create_pipeline':
      return findPipelineOf(ctx, caller, operation);
    case 'create_workflow':
      return findWorkflow(ctx, call, caller, operation.name);
    case 'create_lead_form': {
      const workflow = before.find(({ kind }) => kind === 'create_workflow');
      return findFormOf(ctx, caller, operation.name, workflow?.resource_id ?? null);
    }
  }
}

async function findPipelineOf(
  ctx: Context,
  { organizationId, actor }: Caller,
  operation: Extract<Operation, { key: 'pipeline' }>,
): Promise<Found> {
  const { kysely } = ctx.db;
  const row =
    operation.kind === 'ensure_default_pipeline'
      ? await findDefault(kysely, organizationId)
      : await selectPipelines(kysely, organizationId)
          .where('user_id', '=', BigInt(actor.id))
          .where('name', '=', operation.name)
          .orderBy('created_at')
          .limit(1)
          .executeTakeFirst();
  return row === undefined ? planned : { status: 'exists', resource_id: row.id, note: null };
}

/** Finds a workflow by its name. Ignores archived workflows, because they accept no enrollments. */
async function findWorkflow(ctx: Context, call: HandlerContext, caller: Caller, name: string): Promise<Found> {
  const list = ctx.clients.workflows(caller, call).listWorkflows({
    q: name,
    limit: mostOfName,
    sort: 'created_at',
    mode: modeToProto(caller.mode),
  });
  for await (const { workflows } of list) {
    const row = workflows.find((one) => one.name === name && one.status !== WorkflowStatus.ARCHIVED);
    if (row === undefined) continue;
    const note = row.status === WorkflowStatus.ACTIVE ? null : 'It is not active, and stays so.';
    return { status: 'exists', resource_id: String(row.id), note };
  }
  return planned;
}

async function findFormOf(
  ctx: Context,
  { organizationId, mode }: Caller,
  name: string,
  workflowId: string | null,
): Promise<Found> {
  const row = await selectForms(ctx.db.kysely, organizationId)
    .select(['id', 'workflow_id'])
    .where('mode', '=', mode)
    .where('name', '=', name)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return planned;
  const isOther = workflowId === null || String(row.workflow_id) !== workflowId;
  const other = row.workflow_id === null ? 'It starts no workflow' : 'It starts another workflow';
  const note = isOther ? `${other}, and stays so: choose another name for a form of this plan.` : null;
  return { status: 'exists', resource_id: String(row.id), note };
}

/** Refuses steps that could not be saved. Returns whether the connection that the steps use is usable. */
async function checkSteps(
  ctx: Context,
  call: HandlerContext,
  caller: Caller,
  steps: readonly PlannedStep[],
): Promise<Found> {
  const { problems, warnings } = await ctx.clients.workflows(caller, call).validateWorkflow({
    status: WorkflowStatus.ACTIVE,
    steps: Buffer.from(stringifyJson([...steps])),
  });
  refuseViolations(
    problems.map(({ path, step, message }): Violation => {
      const { field, said } = answerOf(step === undefined ? undefined : steps[step], path);
      return { field, message: said === '' ? message : `${said} ${message}`, code: 'invalid' };
    }),
  );
  const [missing] = warnings.filter(({ path }) => path.endsWith('.connection_key'));
  if (missing === undefined) return { status: 'exists', resource_id: null, note: null };
  return { status: 'missing', resource_id: null, note: missing.message };
}

/** Returns the answer that caused a problem of a step: one mail of the series, or the whole configuration. */
function answerOf(step: PlannedStep | undefined, path: string): { field: string; said: string } {
  const member = path.split('.').at(-1) ?? '';
  const [, mail] = /^mail_(\d+)$/.exec(step?.id ?? '') ?? [];
  if (mail !== undefined) return { field: `answers.configuration.mails.${Number(mail) - 1}.${member}`, said: '' };
  return { field: 'answers.configuration', said: step === undefined ? '' : `${step.name}: ${member}` };
}
