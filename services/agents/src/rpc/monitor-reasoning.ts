import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import type { MonitorReasoningRequest } from '@drippulse/proto/drippulse/agents/v1/insights_pb';
import { callerOf } from '@drippulse/rpc';
import { type Kysely, type Selectable, sql } from 'kysely';
import { loadDefinition } from '../agents/definition.ts';
import type { Context } from '../context.ts';
import type { DB, ExecutionSteps } from '../db/schema.ts';
import { type ExecutionRow, selectExecutions } from '../executions/rows.ts';
import { errorOf, timestampOf } from '../executions/to-proto.ts';
import { executionStatuses } from '../texts.ts';

const most = 100;

export async function monitorReasoning(
  ctx: Context,
  { agentId, limit = 20 }: MonitorReasoningRequest,
  call: HandlerContext,
) {
  if (limit < 1) refuseViolations([{ field: 'limit', message: 'must be at least 1', code: 'range' }]);
  const { organizationId } = callerOf(call);
  const { bounds } = await loadDefinition(ctx, organizationId, agentId);
  if (!bounds.logReasoning) {
    throw new DomainError('not_found', 'reasoning_disabled', 'The policy of the agent keeps no reasons.');
  }
  const rows = await selectExecutions(ctx.db.kysely, { organizationId, agentId })
    .selectAll()
    .orderBy('id', 'desc')
    .limit(Math.min(limit, most))
    .execute();
  const steps = await stepsOf(ctx.db.kysely, rows);
  return {
    agentId,
    executions: rows.map((row) => ({
      executionId: row.id,
      status: executionStatuses.numberOf(row.status),
      ...errorOf(row),
      templateVersion: row.template_version ?? undefined,
      createdAt: timestampFromDate(row.created_at),
      steps: (steps.get(row.id) ?? []).map(stepToProto),
    })),
    totalCount: BigInt(rows.length),
  };
}

type StepRow = Selectable<ExecutionSteps>;

async function stepsOf(db: Kysely<DB>, rows: readonly ExecutionRow[]): Promise<Map<bigint, StepRow[]>> {
  if (rows.length === 0) return new Map();
  const { rows: steps } = await sql<StepRow>`
    select step.* from unnest(${rows.map((row) => row.created_at)}::timestamptz[], ${rows.map((row) => row.id)}::bigint[]) as asked (created_at, id)
    join execution_steps as step on step.created_at = asked.created_at and step.execution_id = asked.id
    order by step.execution_id, step.seq`.execute(db);
  return Map.groupBy(steps, (step) => step.execution_id);
}

function stepToProto({ seq, kind, status, decision, attempts, planned_at: plannedAt, ended_at: endedAt }: StepRow) {
  return {
    seq,
    kind,
    status,
    ...(decision !== null && { decision: Buffer.from(decision) }),
    attempts,
    plannedAt: timestampFromDate(plannedAt),
    endedAt: timestampOf(endedAt),
  };
}
