import type { HandlerContext } from '@connectrpc/connect';
import type { MonitorAgentsRequest } from '@drippulse/proto/drippulse/agents/v1/insights_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import { type Kysely, sql } from 'kysely';
import { type AgentRow, selectAgents } from '../agents/rows.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { addBacklogs, type Backlog, noBacklog, readBacklogs } from '../insights/backlog.ts';
import { type Count, durationsOf, readCounts, successRateOf } from '../insights/counts.ts';
import { readSpend, type Spend, spendOf } from '../insights/spend.ts';
import { type SummaryRow, summaryToProto } from '../insights/summary.ts';
import { agentStatuses } from '../texts.ts';

const shownAgents = 200;
const dayMs = 24 * 3_600_000;

type AgentCount = Count & { agent_id: bigint };
type AgentSpend = Spend & { agent_id: bigint };

export async function monitorAgents(ctx: Context, request: MonitorAgentsRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const { organizationId } = caller;
  const { kysely } = ctx.db;
  const mode = listedMode(request, caller);
  const all = selectAgents(kysely, organizationId).where('mode', '=', mode);
  const statuses = await all
    .select(['status', sql<bigint>`count(*)`.as('count')])
    .groupBy('status')
    .execute();
  const agents = await all.selectAll().orderBy('id', 'desc').limit(shownAgents).execute();
  const everyId = (await all.select('id').execute()).map(({ id }) => id);
  const counts = await readDay(kysely, { organizationId, ids: everyId, now: ctx.clock.now() });
  const backlogs = await readBacklogs(kysely, organizationId, everyId);
  const errors = await lastErrors(
    kysely,
    organizationId,
    agents.map(({ id }) => id),
  );
  const countOf = (status: string) => statuses.find((one) => one.status === status)?.count ?? 0n;
  const total = statuses.reduce((sum, { count }) => sum + count, 0n);
  const today = await readToday(kysely, { organizationId, ids: everyId, now: ctx.clock.now() });
  const byAgent = Map.groupBy(counts, (count) => count.agent_id);
  const spentBy = Map.groupBy(today, (spend) => spend.agent_id);
  return {
    fleet: {
      total,
      byStatus: { active: countOf('active'), paused: countOf('paused'), error: countOf('error') },
      ...backlogOf(addBacklogs(backlogs.values())),
      ...dayOf(counts, today),
    },
    agents: agents.map((agent) => ({
      ...agentOf(agent),
      ...backlogOf(backlogs.get(agent.id) ?? noBacklog),
      ...dayOf(byAgent.get(agent.id) ?? [], spentBy.get(agent.id) ?? []),
      ...lastErrorOf(errors.get(agent.id)),
    })),
    totalCount: total,
  };
}

function agentOf({ id, name, status }: AgentRow) {
  return { agentId: id, name, status: agentStatuses.numberOf(status) };
}

function backlogOf({ queued, running, waitingApproval }: Backlog) {
  return { backlog: queued, running, waitingApproval };
}

function dayOf(counts: readonly AgentCount[], today: readonly AgentSpend[]) {
  return {
    successRate24h: successRateOf(counts),
    duration24h: durationsOf(counts),
    costTodayUsd: spendOf(today).costUsd,
  };
}

/** Reads the counts of the last 24 full hours. */
async function readDay(
  db: Kysely<DB>,
  { organizationId, ids, now }: { organizationId: bigint; ids: readonly bigint[]; now: Date },
): Promise<AgentCount[]> {
  const since = new Date(now.getTime() - dayMs);
  const where = sql`organization_id = ${organizationId} and hour >= date_trunc('hour', ${since}::timestamptz, 'UTC')
    and agent_id = any(${ids}::bigint[])`;
  return readCounts<{ agent_id: bigint }>(db, where, sql`agent_id`);
}

/** Reads the cost of calls since midnight UTC. */
async function readToday(
  db: Kysely<DB>,
  { organizationId, ids, now }: { organizationId: bigint; ids: readonly bigint[]; now: Date },
): Promise<AgentSpend[]> {
  const today = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
  const where = sql`organization_id = ${organizationId} and hour >= ${today} and agent_id = any(${ids}::bigint[])`;
  return readSpend<{ agent_id: bigint }>(db, where, sql`agent_id`);
}

/** Reads the last error of each agent, with one index probe per agent. */
async function lastErrors(
  db: Kysely<DB>,
  organizationId: bigint,
  ids: readonly bigint[],
): Promise<Map<bigint, SummaryRow>> {
  const { rows } = await sql<SummaryRow & { agent_id: bigint }>`
    select last.* from unnest(${ids}::bigint[]) as agent (id) cross join lateral (
      select agent_id, id, status, error_code, error_message, created_at, started_at, finished_at from executions
      where organization_id = ${organizationId} and agent_id = agent.id and status = 'failed' order by id desc limit 1) as last`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.agent_id, row]));
}

function lastErrorOf(row: SummaryRow | undefined) {
  return row === undefined ? {} : { lastError: summaryToProto(row) };
}
