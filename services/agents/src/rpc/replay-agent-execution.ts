import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import { type JsonObject, stringifyJson } from '@drippulse/json';
import {
  type AgentReplaySchema,
  AgentReplaysService,
  type AgentReplayToolSchema,
  type ReplayAgentExecutionRequest,
} from '@drippulse/proto/drippulse/agents/v1/replays_pb';
import { callerOf } from '@drippulse/rpc';
import { durable } from '@drippulse/writes';
import type { AgentDefinition } from '../agents/definition.ts';
import type { Context } from '../context.ts';
import { type ExecutionView, findExecution, isActive } from '../executions/rows.ts';
import { storedObject } from '../json-objects.ts';
import { usdOf } from '../money.ts';
import { definitionOfVersion } from '../replays/definition-of-version.ts';
import { type Difference, differencesOf } from '../replays/differences.ts';
import { callsOf } from '../replays/recorded.ts';
import { type Replayed, replay } from '../replays/replay.ts';
import { replayModel, toolCallsOf } from '../replays/replay-model.ts';
import { replayedCalls } from '../replays/replayed-calls.ts';

/** Lease of the idempotency key, in seconds, longer than the maximum duration of a request. */
const leaseSeconds = 60;

/**
 * Replays an execution. A repeat with the same `Idempotency-Key` returns the stored answer, because a new model call
 * costs money and may return a different answer.
 */
export function replayAgentExecution(ctx: Context, request: ReplayAgentExecutionRequest, call: HandlerContext) {
  const { replayAgentExecution: method } = AgentReplaysService.method;
  return durable(ctx, call, method, request, () => replayOnce(ctx, request, call), { leaseSeconds });
}

async function replayOnce(ctx: Context, request: ReplayAgentExecutionRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { agentId, id, templateVersion } = request;
  if (templateVersion === undefined) {
    refuseViolations([{ field: 'template_version', message: 'is required', code: 'required' }]);
  }
  const definition = await definitionOfVersion(ctx, { organizationId, agentId, version: templateVersion ?? 0 });
  const execution = await findExecution(ctx.db.kysely, { organizationId, agentId, id });
  if (isActive(execution)) throw notReplayable('The execution goes on.');
  if (execution.input === null) throw notReplayable('Its input no longer exists.');
  const made =
    definition.work.kind === 'llm'
      ? await byModel(ctx, definition, execution, call.signal)
      : await byItself(ctx, definition, execution);
  return { replay: { ...shared(execution, templateVersion ?? 0), ...made } };
}

type Made = Pick<
  MessageInitShape<typeof AgentReplaySchema>,
  'same' | 'output' | 'error' | 'differences' | 'tools' | 'costUsd' | 'chargedUsd'
>;

/** Replays an execution of a scorer, a router or code. */
async function byItself(ctx: Context, definition: AgentDefinition, execution: ExecutionView): Promise<Made> {
  const calls = await callsOf(ctx.db.kysely, execution);
  const input = storedObject(execution.input);
  const recorded = { input, ...endOf(execution), calls, at: execution.created_at };
  const { outcome, usedCalls } = await replay(ctx.db.kysely, definition, recorded);
  const tools = calls.map(({ seq, kind }) => ({ seq, name: kind, used: usedCalls.includes(seq), recorded: true }));
  // Scorers, routers and code cost nothing.
  return madeOf(outcome, differencesOfEnds(execution, outcome), { tools, costPicoUsd: 0n, chargedPicoUsd: 0n });
}

async function byModel(
  ctx: Context,
  definition: AgentDefinition,
  execution: ExecutionView,
  stopping: AbortSignal,
): Promise<Made> {
  const { outcome, recordedSteps, steps, ...costs } = await replayModel(ctx, definition, execution, stopping);
  const differences = [
    ...differencesOfEnds(execution, outcome),
    ...differencesOf(toolCallsOf(recordedSteps), toolCallsOf(steps), 'tools'),
  ];
  const tools = replayedCalls(recordedSteps, steps).map(({ seq, name, action, isRecorded, isUsed }) => ({
    ...{ seq, name, used: isUsed, recorded: isRecorded },
    ...(action !== undefined && { action }),
  }));
  return madeOf(outcome, differences, { tools, ...costs });
}

function madeOf(
  outcome: Replayed['outcome'],
  differences: readonly Difference[],
  o: { tools: MessageInitShape<typeof AgentReplayToolSchema>[]; costPicoUsd: bigint; chargedPicoUsd: bigint },
): Made {
  return {
    same: differences.length === 0,
    ...('output' in outcome ? { output: Buffer.from(stringifyJson(outcome.output)) } : { error: outcome.error }),
    differences: differences.map(({ path, before, after }) => ({
      path,
      ...(before !== null && { before: Buffer.from(before) }),
      ...(after !== null && { after: Buffer.from(after) }),
    })),
    tools: o.tools,
    costUsd: usdOf(o.costPicoUsd),
    chargedUsd: usdOf(o.chargedPicoUsd),
  };
}

function shared(execution: ExecutionView, toVersion: number) {
  const { output, error } = endOf(execution);
  return {
    executionId: execution.id,
    fromVersion: execution.template_version ?? 0,
    toVersion,
    ...(output !== undefined && { recordedOutput: Buffer.from(stringifyJson(output)) }),
    ...(error && { recordedError: error }),
    recordedCostUsd: usdOf(execution.cost_pico_usd),
  };
}

function endOf({ output, error_code: code, error_message: message }: ExecutionView) {
  return {
    output: output === null ? undefined : storedObject(output),
    error: code === null ? undefined : { code, message: message ?? '' },
  };
}

function differencesOfEnds(execution: ExecutionView, outcome: Replayed['outcome']): Difference[] {
  const { output, error } = endOf(execution);
  return [
    ...differencesOf(withoutShadow(output), 'output' in outcome ? outcome.output : undefined, 'output'),
    ...differencesOf(error?.code, 'error' in outcome ? outcome.error.code : undefined, 'error'),
  ];
}

function notReplayable(message: string): DomainError {
  return new DomainError('failed_precondition', 'agent_execution_not_replayable', message);
}

/** Removes the shadow score, which is not part of the decision. */
function withoutShadow(output: JsonObject | undefined): JsonObject | undefined {
  if (output === undefined) return undefined;
  const { shadow: _, ...decided } = output;
  return decided;
}
