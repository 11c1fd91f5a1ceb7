import type { HandlerContext } from '@connectrpc/connect';
import type { GetAgentCostsRequest } from '@drippulse/proto/drippulse/agents/v1/insights_pb';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import { findAgent } from '../agents/rows.ts';
import type { Context } from '../context.ts';
import { countOf, readCounts } from '../insights/counts.ts';
import { readPeriod } from '../insights/period.ts';
import { readSpend, type Spend, spendOf } from '../insights/spend.ts';
import { executionKinds } from '../texts.ts';

type Place = { day: string; kind: string; model: string; workflow: string };

export async function getAgentCosts(ctx: Context, request: GetAgentCostsRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { id } = request;
  const { kysely } = ctx.db;
  await findAgent(kysely, organizationId, id);
  const { from, to } = readPeriod(request, ctx.clock.now());
  const where = sql`organization_id = ${organizationId} and agent_id = ${id} and hour >= ${from} and hour < ${to}`;
  const day = sql`to_char(hour at time zone 'UTC', 'YYYY-MM-DD')`;
  const counts = await readCounts<{ place: string }>(kysely, where, sql`${day} || ' ' || kind as place`);
  const rows = await readSpend<{ place: string }>(
    kysely,
    where,
    sql`json_build_object('day', ${day}, 'kind', kind, 'model', model, 'workflow', workflow_id)::text as place`,
  );
  // The statement above built this JSON.
  const spent = rows.map((row) => ({ ...row, ...(JSON.parse(row.place) as Place) }));
  const executionsOf = (isMeant: (place: string) => boolean) => countOf(counts.filter(({ place }) => isMeant(place)));
  const days = new Set([...counts.map(({ place }) => place.slice(0, 10)), ...spent.map((one) => one.day)]);
  const kinds = new Set([...counts.map(({ place }) => place.slice(11)), ...spent.map((one) => one.kind)]);
  return {
    currency: 'USD',
    totals: spendOf(spent, countOf(counts)),
    byDay: [...days].sort().map((own) => ({
      day: own,
      sum: spendOf(
        ofPlace(spent, 'day', own),
        executionsOf((place) => place.startsWith(own)),
      ),
    })),
    byKind: [...kinds].sort().map((own) => ({
      kind: executionKinds.numberOf(own),
      sum: spendOf(
        ofPlace(spent, 'kind', own),
        executionsOf((place) => place.slice(11) === own),
      ),
    })),
    byModel: [...Map.groupBy(spent, ({ model }) => model)].map(([model, own]) => ({ model, sum: spendOf(own) })),
    byWorkflow: [...Map.groupBy(spent, ({ workflow }) => String(workflow))]
      .filter(([workflow]) => workflow !== '0')
      .map(([workflow, own]) => ({ workflowId: BigInt(workflow), sum: spendOf(own) })),
    totalCount: BigInt(days.size),
  };
}

function ofPlace<T extends Spend & Place>(spent: readonly T[], name: 'day' | 'kind', value: string): T[] {
  return spent.filter((one) => one[name] === value);
}
