import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type {
  AgentExecutionErrorSchema,
  AgentExecutionSchema,
} from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { modeToProto } from '@drippulse/rpc';
import { usdOf } from '../money.ts';
import { executionKinds, executionStatuses } from '../texts.ts';
import type { ExecutionRow, ExecutionView } from './rows.ts';

export function executionToProto(
  row: ExecutionView,
  { replayed = false }: { replayed?: boolean } = {},
): MessageInitShape<typeof AgentExecutionSchema> {
  return {
    id: row.id,
    agentId: row.agent_id,
    kind: executionKinds.numberOf(row.kind),
    status: executionStatuses.numberOf(row.status),
    ...(row.input !== null && { input: Buffer.from(row.input) }),
    ...(row.output !== null && { output: Buffer.from(row.output) }),
    ...errorOf(row),
    idempotencyKey: row.idempotency_key ?? undefined,
    replayed,
    correlationId: row.correlation_id ?? undefined,
    traceId: row.trace_id ?? undefined,
    model: row.model ?? undefined,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    costUsd: usdOf(row.cost_pico_usd),
    templateVersion: row.template_version ?? undefined,
    enrollmentId: row.enrollment_id ?? undefined,
    sourceWorkflowId: row.source_workflow_id ?? undefined,
    sourceEnrollmentId: row.source_enrollment_id ?? undefined,
    mode: modeToProto(row.mode),
    createdAt: timestampFromDate(row.created_at),
    startedAt: timestampOf(row.started_at),
    finishedAt: timestampOf(row.finished_at),
    durationMs: durationOf(row),
  };
}

/** Returns the member `error` of a failed execution. */
export function errorOf({
  error_code: code,
  error_message: message,
}: Pick<ExecutionRow, 'error_code' | 'error_message'>): {
  error?: MessageInitShape<typeof AgentExecutionErrorSchema>;
} {
  return code === null ? {} : { error: { code, message: message ?? '' } };
}

export function durationOf({
  started_at: start,
  finished_at: end,
}: Pick<ExecutionRow, 'started_at' | 'finished_at'>): bigint | undefined {
  return start === null || end === null ? undefined : BigInt(Math.max(0, end.getTime() - start.getTime()));
}

export function timestampOf(date: Date | null): Timestamp | undefined {
  return date === null ? undefined : timestampFromDate(date);
}
