import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import type {
  AgentEvalCaseSchema,
  AgentEvalCheckSchema,
  AgentEvalOutcomeSchema,
  AgentEvalResultSchema,
  AgentEvalRunSchema,
  AgentEvalSetSchema,
} from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { modeToProto } from '@drippulse/rpc';
import { timestampOf } from '../executions/to-proto.ts';
import { usdOf } from '../money.ts';
import { evalRunStatuses } from '../texts.ts';
import type { Check } from './checks.ts';
import type { EvalCaseRow, EvalResultRow, EvalRunRow, EvalSetRow } from './rows.ts';
import type { CaseVerdict } from './verdict.ts';

export function evalSetToProto(row: EvalSetRow, caseCount: bigint): MessageInitShape<typeof AgentEvalSetSchema> {
  return {
    id: row.id,
    agentId: row.agent_id,
    name: row.name,
    caseCount,
    mode: modeToProto(row.mode),
    createdAt: timestampFromDate(row.created_at),
    revision: row.revision,
  };
}

export function evalCaseToProto(row: EvalCaseRow): MessageInitShape<typeof AgentEvalCaseSchema> {
  return {
    id: row.id,
    evalSetId: row.eval_set_id,
    executionId: row.execution_id ?? undefined,
    input: Buffer.from(row.input),
    ...(row.expected !== null && { expected: Buffer.from(row.expected) }),
    checks: storedChecks(row.checks).map(checkToProto),
    createdAt: timestampFromDate(row.created_at),
  };
}

export function storedChecks(text: string): Check[] {
  const value: JsonValue = parseJson(text);
  return Array.isArray(value) ? (value as Check[]) : []; // this service wrote the checks
}

function checkToProto({
  equals,
  not_contains: notContains,
  calls_not: callsNot,
  ...check
}: Check): MessageInitShape<typeof AgentEvalCheckSchema> {
  return {
    ...check,
    ...(equals !== undefined && { equals: Buffer.from(stringifyJson(equals)) }),
    ...(notContains !== undefined && { notContains }),
    ...(callsNot !== undefined && { callsNot }),
  };
}

export function evalRunToProto(row: EvalRunRow): MessageInitShape<typeof AgentEvalRunSchema> {
  const { status, processed, total } = row;
  return {
    id: row.id,
    evalSetId: row.eval_set_id,
    templateVersion: row.version,
    activeVersion: row.active_version ?? undefined,
    trials: row.trials,
    status: evalRunStatuses.numberOf(status),
    // Cases may be deleted during the run.
    progress: status === 'completed' ? 1 : Math.min(0.99, Number(processed) / Math.max(1, Number(total))),
    error: status === 'failed' ? (row.error ?? 'internal_error') : undefined,
    cases: row.cases ?? undefined,
    passed: row.passed ?? undefined,
    activePassed: row.active_passed ?? undefined,
    isWorse: row.is_worse,
    maxCostUsd: usdOf(row.max_cost_pico_usd),
    costUsd: usdOf(row.cost_pico_usd),
    mode: modeToProto(row.mode),
    createdAt: timestampFromDate(row.created_at),
    finishedAt: timestampOf(row.finished_at),
  };
}

export function evalResultToProto(
  { caseId, passed, activePassed, isWorse }: CaseVerdict,
  outcomes: readonly MessageInitShape<typeof AgentEvalOutcomeSchema>[],
): MessageInitShape<typeof AgentEvalResultSchema> {
  return { caseId, passed, activePassed, isWorse, outcomes: [...outcomes] };
}

export function evalOutcomeToProto(
  row: Omit<EvalResultRow, 'steps' | 'output'> & { output?: string | null },
  costPicoUsd: bigint,
): MessageInitShape<typeof AgentEvalOutcomeSchema> {
  return {
    templateVersion: row.version,
    trial: row.trial,
    passed: row.passed ?? undefined,
    ...(row.output && { output: Buffer.from(row.output) }),
    ...(row.error_code !== null && { error: { code: row.error_code, message: row.error_message ?? '' } }),
    problems: row.problems ?? [],
    actions: row.actions ?? [],
    model: row.model ?? undefined,
    costUsd: usdOf(costPicoUsd),
    durationMs: row.duration_ms ?? undefined,
  };
}
