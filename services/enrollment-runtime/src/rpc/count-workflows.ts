import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { CountWorkflowsRequest } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { WorkflowStatsSchema } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf, modeFromProto } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { type StatsRow, statsQuery } from '../funnel/workflow-stats.ts';

const maxWorkflows = 1_000;
/**
 * Maximum number of workflows in one statement. If the caller has disconnected, the work stops after the current
 * statement.
 */
const sliceWorkflows = 100;

export async function countWorkflows(ctx: Context, request: CountWorkflowsRequest, call: HandlerContext) {
  const { workflowIds } = request;
  if (workflowIds.length > maxWorkflows) {
    throw new DomainError('invalid', 'too_many_ids', `At most ${maxWorkflows} workflows are counted at once.`);
  }
  const { organizationId } = callerOf(call);
  const mode = modeFromProto(request.mode);
  const stats: Record<string, MessageInitShape<typeof WorkflowStatsSchema>> = {};
  for (let start = 0; start < workflowIds.length && !call.signal.aborted; start += sliceWorkflows) {
    const slice = { organizationId, mode, workflowIds: workflowIds.slice(start, start + sliceWorkflows) };
    const { rows } = await statsQuery(ctx, slice).execute(ctx.db.kysely);
    for (const row of rows) stats[String(row.workflow_id)] = toProto(row);
  }
  return { stats };
}

function toProto(row: StatsRow): MessageInitShape<typeof WorkflowStatsSchema> {
  const { active, paused, completed, failed, cancelled, last_fired_at: lastFiredAt, failures_24h: failures24h } = row;
  const enrolled = active + completed + failed + cancelled;
  return {
    ...{ enrolled, active, paused, completed, failed, cancelled, failures24h },
    ...(lastFiredAt !== null && { lastFiredAt: timestampFromDate(lastFiredAt) }),
  };
}
