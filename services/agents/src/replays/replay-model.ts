import { DomainError } from '@drippulse/errors';
import { type JsonObject, stringifyJson } from '@drippulse/json';
import { sql } from 'kysely';
import type { AgentDefinition } from '../agents/definition.ts';
import { toolStepsOf } from '../calls/step.ts';
import { contactOf } from '../chain/model/place.ts';
import type { Context } from '../context.ts';
import type { ExecutionView } from '../executions/rows.ts';
import { stubOf } from '../executions/stub.ts';
import { storedObject } from '../json-objects.ts';
import { parsePolicy } from '../policies/policy.ts';
import { toolPolicyOf } from '../policies/tool-policy.ts';
import { forgetWindow, newLedgerId } from '../rehearsals/ledger-id.ts';
import { firstSteps, type Rehearsal, type Rehearsed } from '../rehearsals/rehearsal.ts';
import { rehearse } from '../rehearsals/rehearse.ts';
import { readArguments } from '../tools/check-call.ts';
import { type RecordedChain, readChain } from './recorded-world.ts';
import { type Replayed, refusalOf } from './replay.ts';

type ReplayedModel = Pick<Replayed, 'outcome'> & {
  recordedSteps: Rehearsed['steps'];
  steps: Rehearsed['steps'];
  /** The cost of all answers, including the recorded answers. */
  costPicoUsd: bigint;
  /** The cost of the calls that the replay paid for. */
  chargedPicoUsd: bigint;
};

/** Failures that the provider causes, not the version, each with the reason of the refusal that it leads to. */
const passing = new Map([
  ['provider_unavailable', 'provider_unavailable'],
  ['timeout', 'agent_timeout'],
]);

/**
 * Runs a stored execution with the prompt, the schemas and the policy of a different version. Calls the model within
 * the agent's budgets, but uses the recorded answer if a request has the same bytes. Tools return their recorded
 * results. Stores only the costs.
 */
export async function replayModel(
  ctx: Context,
  definition: AgentDefinition,
  execution: ExecutionView,
  stopping: AbortSignal,
): Promise<ReplayedModel> {
  const { agent, template } = definition;
  const recorded = await readChain(ctx, execution);
  const none = { recordedSteps: recorded.steps, steps: [], costPicoUsd: 0n, chargedPicoUsd: 0n };
  const refused = refusalOf(definition, storedObject(execution.input));
  if (refused !== undefined) return { ...none, outcome: refused.outcome };
  // Agents in test mode do not call a model.
  if (agent.mode === 'test') return { ...none, outcome: { output: stubOf(template?.output_schema ?? null) } };
  const executionId = await newLedgerId(ctx.db.kysely);
  const rehearsal = await rehearsalOf(ctx, definition, execution, { recorded, executionId });
  const { end, steps } = await rehearseOnce(ctx, rehearsal, stopping);
  if (end.status === 'failed') refusePassing(end);
  const chargedPicoUsd = await chargedOf(ctx, rehearsal);
  return {
    outcome: end.status === 'succeeded' ? { output: end.output } : { error: { code: end.code, message: end.message } },
    recordedSteps: recorded.steps,
    steps,
    costPicoUsd: chargedPicoUsd + reusedCost(recorded, steps),
    chargedPicoUsd,
  };
}

async function rehearseOnce(ctx: Context, rehearsal: Rehearsal, stopping: AbortSignal): Promise<Rehearsed> {
  try {
    return await rehearse(ctx, rehearsal, firstSteps, stopping);
  } finally {
    await forgetWindow(ctx.db.kysely, rehearsal.ledger.executionId);
  }
}

async function rehearsalOf(
  ctx: Context,
  { agent, template, configuration, bounds, policy }: AgentDefinition,
  execution: ExecutionView,
  { recorded, executionId }: { recorded: RecordedChain; executionId: bigint },
): Promise<Rehearsal> {
  const now = ctx.clock.now();
  const input = execution.input ?? '{}';
  const policies = [toolPolicyOf(parsePolicy(policy))];
  const contact = await contactOf(ctx, { row: execution, input, policies });
  return {
    prompt: template?.prompt ?? '',
    outputSchema: template?.output_schema ?? null,
    ...{ configuration, input, bounds },
    place: { policies, contact, hasEnrollment: execution.source_enrollment_id !== null },
    recorded: recorded.world,
    payer: { organizationId: agent.organization_id, agentId: agent.id, mode: agent.mode },
    spender: {
      ...{
        organizationId: agent.organization_id,
        agentId: agent.id,
        executionId,
        workflowId: null,
        enrollmentId: null,
      },
      executionPicoUsd: bounds.executionPicoUsd,
      agentDayPicoUsd: bounds.agentDayPicoUsd,
      raised: new Map(),
    },
    ledger: { kind: 'replay', createdAt: now, executionId, seqBefore: 0 },
    // The caller waits for the result.
    deadline: new Date(now.getTime() + Math.min(bounds.timeoutSeconds * 1000, ctx.config.patienceMs)),
    store: async () => true,
  };
}

function refusePassing({ code, message }: { code: string; message: string }): void {
  const reason = passing.get(code);
  if (reason !== undefined) throw new DomainError('unavailable', reason, message, { retryAfterSeconds: 5 });
}

async function chargedOf(ctx: Context, { ledger }: Rehearsal): Promise<bigint> {
  const { rows } = await sql<{ charged: bigint }>`
    select coalesce(sum(charged_pico_usd), 0)::bigint as charged from reservations
    where created_at = ${ledger.createdAt} and execution_id = ${ledger.executionId}`.execute(ctx.db.kysely);
  return rows[0]?.charged ?? 0n;
}

function reusedCost({ costs }: RecordedChain, steps: Rehearsed['steps']): bigint {
  return steps.reduce((sum, step) => sum + (costs.get(bodyOfReused(step) ?? '') ?? 0n), 0n);
}

/** Returns the request bytes of a step with a recorded answer; undefined for a request that the replay sent. */
export function bodyOfReused({ request: { body } }: Rehearsed['steps'][number]): string | undefined {
  return typeof body === 'string' ? body : undefined;
}

/** Returns the tool calls of a chain with their arguments, in order. */
export function toolCallsOf(steps: Rehearsed['steps']): JsonObject[] {
  return toolStepsOf(steps).flatMap(({ kind, request: { name, input } }) =>
    kind === 'tool_call' ? [{ action: name, arguments: readArguments(input) ?? stringifyJson(input) }] : [],
  );
}
