import type { JobRow } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import { type Selectable, sql, type Transaction } from 'kysely';
import type { AgentDefinition } from '../agents/definition.ts';
import { type ModelStep, toolStepsOf } from '../calls/step.ts';
import type { Context } from '../context.ts';
import type { DB, EvalRuns } from '../db/schema.ts';
import { stubOf } from '../executions/stub.ts';
import { storedObject } from '../json-objects.ts';
import { parsePolicy } from '../policies/policy.ts';
import { toolPolicyOf } from '../policies/tool-policy.ts';
import { firstSteps, type RecordedWorld, type Rehearsal, type Rehearsed } from '../rehearsals/rehearsal.ts';
import { rehearse } from '../rehearsals/rehearse.ts';
import { type RecordedCall, refusalOf, replay } from '../replays/replay.ts';
import { type Made, problemsOf } from './checks.ts';
import type { Due } from './find-due.ts';
import { stepsOfResult } from './rows.ts';
import { storedChecks } from './to-proto.ts';

/** The result of a case. */
export type Performed = Made & { ordinal: number; problems: string[]; model: string | undefined; durationMs: number };

type Place = { job: JobRow; run: Selectable<EvalRuns>; definition: AgentDefinition };

/** Failures that do not depend on the version. They end the run. */
const outside: ReadonlySet<string> = new Set(['provider_unavailable', 'provider_refused']);

/** Runs a case with a version. Calls the model of the version, at the cost of the run, but performs no action. */
export async function performCase(ctx: Context, place: Place, due: Due, stopping: AbortSignal): Promise<Performed> {
  const startedAt = ctx.clock.now().getTime();
  const { steps, ...made } = await makeOf(ctx, place, due, stopping);
  const { model } = steps.findLast(({ kind }) => kind === 'model_call' || kind === 'repair')?.request ?? {};
  return {
    ...made,
    ordinal: due.ordinal,
    problems: problemsOf(storedChecks(due.checks), made),
    model: typeof model === 'string' ? model : undefined,
    durationMs: Math.max(0, ctx.clock.now().getTime() - startedAt),
  };
}

type Run = Made & { steps: Rehearsed['steps'] };

async function makeOf(ctx: Context, place: Place, due: Due, stopping: AbortSignal): Promise<Run> {
  const { definition } = place;
  const input = storedObject(due.input);
  if (definition.work.kind !== 'llm') {
    const { agent } = definition;
    const decided = agent.model_version === null ? undefined : { model_version: agent.model_version };
    const output = due.expected === null ? decided : storedObject(due.expected);
    const calls = storedCalls<RecordedCall>(due);
    const { outcome } = await replay(ctx.db.kysely, definition, { input, output, error: undefined, calls, at: due.at });
    return { outcome, actions: [], steps: [] };
  }
  const refused = refusalOf(definition, input);
  if (refused !== undefined) return { outcome: refused.outcome, actions: [], steps: [] };
  if (definition.agent.mode === 'test') return stubbed(definition);
  const begun = due.steps === null ? firstSteps : storedSteps(due.steps);
  const { end, steps } = await rehearse(ctx, rehearsalOf(ctx, place, due), begun, stopping);
  if (end.status === 'failed' && outside.has(end.code)) {
    throw new DomainError('failed_precondition', end.code, end.message);
  }
  const outcome =
    end.status === 'succeeded' ? { output: end.output } : { error: { code: end.code, message: end.message } };
  return { outcome, actions: actionsOf(steps), steps };
}

function stubbed({ template }: AgentDefinition): Run {
  return { outcome: { output: stubOf(template?.output_schema ?? null) }, actions: [], steps: [] };
}

function rehearsalOf(ctx: Context, { job, run, definition }: Place, due: Due): Rehearsal {
  const { agent, template, configuration, bounds, policy } = definition;
  const { organization_id: organizationId, id: agentId } = agent;
  return {
    prompt: template?.prompt ?? '',
    outputSchema: template?.output_schema ?? null,
    ...{ configuration, bounds, input: due.input },
    place: {
      policies: [toolPolicyOf(parsePolicy(policy))],
      contact: storedObject(due.contact),
      hasEnrollment: due.has_enrollment,
    },
    recorded: { tools: storedCalls<RecordedWorld['tools'][number]>(due), answers: new Map() },
    payer: { organizationId, agentId, mode: agent.mode },
    spender: {
      ...{ organizationId, agentId, executionId: run.ledger_id, workflowId: null, enrollmentId: null },
      // The limit of the run replaces the limit of an execution.
      executionPicoUsd: run.max_cost_pico_usd,
      agentDayPicoUsd: bounds.agentDayPicoUsd,
      raised: new Map(),
    },
    ledger: {
      ...{ kind: 'eval', createdAt: run.created_at, executionId: run.ledger_id },
      seqBefore: due.ordinal * stepsOfResult,
    },
    deadline: new Date(ctx.clock.now().getTime() + bounds.timeoutSeconds * 1000),
    store: (trx, steps) => storeSteps(trx, job, due, steps),
  };
}

/**
 * Stores a case's steps. Returns false if another process has the run, if the run was cancelled, or if the case was
 * deleted.
 */
async function storeSteps(
  trx: Transaction<DB>,
  { id, fence }: JobRow,
  { ordinal }: Due,
  steps: Rehearsed['steps'],
): Promise<boolean> {
  const { rows } = await sql`
    select from jobs where id = ${id} and fence = ${fence} and status = 'running' for share`.execute(trx);
  if (rows.length === 0) return false;
  const text = stringifyJson(steps as unknown as JsonValue); // results of steps are JSON
  const { numAffectedRows } = await sql`
    update eval_results set steps = ${text} where run_id = ${id} and ordinal = ${ordinal}`.execute(trx);
  return numAffectedRows === 1n;
}

function storedSteps(text: string): ModelStep[] {
  return parseJson(text) as unknown as ModelStep[]; // this service wrote the text
}

/** Returns the stored calls of a case: the tool calls of a model, or the calls that code made. */
function storedCalls<T>({ calls }: Due): T[] {
  return parseJson(calls) as unknown as T[]; // this service wrote the text
}

function actionsOf(steps: Rehearsed['steps']): string[] {
  return toolStepsOf(steps).flatMap(({ kind, request }) => (kind === 'tool_call' ? [request.name] : []));
}
