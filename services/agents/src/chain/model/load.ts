import { type JsonObject, parseJson } from '@drippulse/json';
import { type Selectable, sql } from 'kysely';
import { loadDefinition } from '../../agents/definition.ts';
import type { ModelResult, ModelStep } from '../../calls/step.ts';
import type { Context } from '../../context.ts';
import type { ExecutionSteps } from '../../db/schema.ts';
import type { ExecutionRow } from '../../executions/rows.ts';
import { isJsonObject, storedObject } from '../../json-objects.ts';
import { type Bounds, boundsOf, stricterOf } from '../../policies/bounds.ts';
import { parsePolicy } from '../../policies/policy.ts';
import { type ToolPolicy, toolPolicyOf } from '../../policies/tool-policy.ts';
import type { CallPlace } from '../../tools/check-call.ts';
import type { Claimed } from '../claim.ts';
import type { ModelState } from './state.ts';

/** An execution that calls models, as stored in the database. */
export type LoadedModel = {
  row: ExecutionRow;
  isDeleted: boolean;
  input: string;
  prompt: string;
  outputSchema: string | null;
  configuration: JsonObject;
  bounds: Bounds;
  /** The policy with which the execution began, and the policy in force. */
  policies: readonly ToolPolicy[];
  steps: readonly ModelStep[];
  now: Date;
};

type Found = ExecutionRow & {
  deleted_at: Date | null;
  input: string | null;
  configuration: string | null;
  policy: string | null;
  prompt: string | null;
  output_schema: string | null;
  now: Date;
};

/** Loads an execution that calls models. Returns undefined if its fence has changed. */
export async function loadModel(
  ctx: Context,
  { id, fence, created_at: createdAt }: Claimed,
): Promise<LoadedModel | undefined> {
  const { rows } = await sql<Found>`
    select execution.*, agent.deleted_at, text.input, text.configuration, text.policy, version.prompt, version.output_schema,
      clock_timestamp() as now
    from executions as execution
    join agents as agent on agent.id = execution.agent_id
    left join execution_texts as text on text.created_at = ${createdAt} and text.execution_id = execution.id
    left join template_versions as version on version.organization_id in (0, execution.organization_id)
      and version.template_id = execution.template_id and version.version = execution.template_version
    where execution.id = ${id} and execution.fence = ${fence}`.execute(ctx.db.kysely);
  const [found] = rows;
  if (found === undefined) return undefined;
  const { deleted_at, input, configuration, policy, prompt, output_schema: outputSchema, now, ...row } = found;
  const isDeleted = deleted_at !== null;
  const pinned = parsePolicy(policy ?? '{}');
  // A policy that was made stricter applies from the next step on.
  const current = isDeleted
    ? pinned
    : parsePolicy((await loadDefinition(ctx, row.organization_id, row.agent_id)).policy);
  return {
    row,
    isDeleted,
    input: input ?? '{}',
    prompt: prompt ?? '',
    outputSchema,
    configuration: storedObject(configuration),
    bounds: stricterOf(boundsOf(pinned), boundsOf(current)),
    policies: [toolPolicyOf(pinned), toolPolicyOf(current)],
    steps: input === null ? [] : await readSteps(ctx, row),
    now,
  };
}

export function stateOf(ctx: Context, loaded: LoadedModel, place: CallPlace, isDue: boolean): ModelState {
  const { steps, outputSchema, bounds, now, row } = loaded;
  return { steps, outputSchema, bounds, place, now, deadline: row.deadline_at ?? now, isDue, random: ctx.random() };
}

/** Reads the steps of an execution's chain. */
export async function readSteps(
  ctx: Pick<Context, 'db'>,
  { id, created_at: createdAt }: Pick<ExecutionRow, 'id' | 'created_at'>,
): Promise<ModelStep[]> {
  const rows = await ctx.db.kysely
    .selectFrom('execution_steps')
    .selectAll()
    .where('created_at', '=', createdAt)
    .where('execution_id', '=', id)
    .where('kind', 'in', ['model_call', 'repair', 'tool_call', 'approval', 'budget'])
    .orderBy('seq')
    .execute();
  return rows.map(stepOf);
}

function stepOf({
  seq,
  kind,
  status,
  request,
  result,
  attempts,
  former_attempts,
}: Selectable<ExecutionSteps>): ModelStep {
  return {
    seq,
    kind: kindOf(kind),
    status: status === 'succeeded' || status === 'failed' ? status : 'intent',
    request: storedObject(request),
    attempts: attempts - former_attempts,
    formerAttempts: former_attempts,
    result: resultOf(result),
  };
}

const laterKinds = ['repair', 'tool_call', 'approval', 'budget'] as const;

function kindOf(kind: string): ModelStep['kind'] {
  const [known = 'model_call'] = laterKinds.filter((one) => one === kind);
  return known;
}

function resultOf(text: string | null): ModelResult | null {
  if (text === null) return null;
  const value = parseJson(text);
  return isJsonObject(value) ? (value as ModelResult) : null; // this service wrote the JSON
}
