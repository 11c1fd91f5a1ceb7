import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { AgentExecutionSummarySchema } from '@drippulse/proto/drippulse/agents/v1/insights_pb';
import type { ExecutionRow } from '../executions/rows.ts';
import { durationOf, errorOf, timestampOf } from '../executions/to-proto.ts';
import { executionStatuses } from '../texts.ts';

export type SummaryRow = Pick<
  ExecutionRow,
  'id' | 'status' | 'error_code' | 'error_message' | 'created_at' | 'started_at' | 'finished_at'
>;

export function summaryToProto(row: SummaryRow): MessageInitShape<typeof AgentExecutionSummarySchema> {
  return {
    id: row.id,
    status: executionStatuses.numberOf(row.status),
    ...errorOf(row),
    createdAt: timestampFromDate(row.created_at),
    finishedAt: timestampOf(row.finished_at),
    durationMs: durationOf(row),
  };
}
