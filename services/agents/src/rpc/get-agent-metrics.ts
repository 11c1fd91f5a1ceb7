import type { HandlerContext } from '@connectrpc/connect';
import type { GetAgentMetricsRequest } from '@drippulse/proto/drippulse/agents/v1/insights_pb';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import { findAgent } from '../agents/rows.ts';
import type { Context } from '../context.ts';
import { type Count, durationsOf, endsOf, readCounts, successRateOf } from '../insights/counts.ts';
import { readPeriod } from '../insights/period.ts';
import { readSpend, spendOf } from '../insights/spend.ts';

export async function getAgentMetrics(ctx: Context, request: GetAgentMetricsRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { id } = request;
  await findAgent(ctx.db.kysely, organizationId, id);
  const { from, to } = readPeriod(request, ctx.clock.now());
  const where = sql`organization_id = ${organizationId} and agent_id = ${id} and hour >= ${from} and hour < ${to}`;
  const counts = await readCounts(ctx.db.kysely, where, sql`agent_id`);
  const { inputTokens, outputTokens, costUsd } = spendOf(await readSpend(ctx.db.kysely, where, sql`agent_id`));
  return {
    agentId: id,
    executions: endsOf(counts),
    successRate: successRateOf(counts),
    duration: durationsOf(counts),
    errors: errorsOf(counts),
    inputTokens,
    outputTokens,
    costUsd,
  };
}

function errorsOf(counts: readonly Count[]): { code: string; count: bigint }[] {
  const failures = counts.filter(({ outcome }) => outcome !== 'succeeded' && outcome !== 'cancelled');
  const byCode = Map.groupBy(failures, ({ outcome }) => outcome);
  return [...byCode]
    .map(([code, own]) => ({ code, count: BigInt(own.reduce((sum, { executions }) => sum + executions, 0)) }))
    .sort((a, b) => Number(b.count - a.count));
}
