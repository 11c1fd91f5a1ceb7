import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import { appendEvents } from '@drippulse/events';
import { modeToProto } from '@drippulse/rpc';
import { sql } from 'kysely';
import { agentsTopic } from '../agents/events.ts';
import type { Context } from '../context.ts';
import { usdNumberOf, usdOf } from '../money.ts';
import type { FullWindow } from './spend.ts';

/** A call for which a budget has no room. */
export type Exceeded = { full: FullWindow; neededPicoUsd: bigint };

const names: Record<FullWindow['window']['scope'], string> = {
  execution: 'of the execution',
  agent_day: 'of the agent for the day',
  workflow_day: 'of the workflow for the day',
  enrollment: 'of the enrollment',
  organization_day: 'of the organization for the day',
  organization_month: 'of the organization for the month',
  plan: 'of the plan for the month',
  installation_day: 'of the installation for the day',
};

/**
 * Builds the refusal of a call, with the facts of the full window. The needed amount is the maximum cost of the call.
 */
export function budgetExceeded({ full, neededPicoUsd }: Exceeded): DomainError {
  const { window, limitPicoUsd, spentPicoUsd, reservedPicoUsd } = full;
  const facts = {
    scope: window.scope,
    limit_usd: usdNumberOf(limitPicoUsd),
    spent_usd: usdNumberOf(spentPicoUsd),
    reserved_usd: usdNumberOf(reservedPicoUsd),
    needed_usd: usdNumberOf(neededPicoUsd),
    resets_at: window.resets ? window.endsAt.toISOString() : null,
  };
  return new DomainError('failed_precondition', 'budget_exceeded', exceededText({ full, neededPicoUsd }), { facts });
}

export function exceededText({ full, neededPicoUsd }: Exceeded): string {
  const { window, limitPicoUsd, spentPicoUsd, reservedPicoUsd } = full;
  const now = `of ${usdOf(limitPicoUsd)} USD ${usdOf(spentPicoUsd)} are spent and ${usdOf(reservedPicoUsd)} reserved`;
  return `The call may cost up to ${usdOf(neededPicoUsd)} USD, which the budget ${names[window.scope]} does not cover: ${now}.`;
}

/**
 * Publishes, once for each window, that the window is full. Uses its own transaction, because the transaction of the
 * call was rolled back.
 */
export async function noteExceeded(
  ctx: Context,
  { organizationId, agentId, mode }: { organizationId: bigint; agentId: bigint; mode: string },
  { full, neededPicoUsd }: Exceeded,
): Promise<void> {
  const { window, limitPicoUsd, spentPicoUsd, reservedPicoUsd } = full;
  ctx.metrics.budgetExceeded(window.scope);
  const isNew = await ctx.db.kysely.transaction().execute(async (trx) => {
    const { rows } = await sql`
      insert into spend_windows as known (key, organization_id, limit_pico_usd, ends_at, exceeded_at)
      select ${window.key}, ${organizationId}::bigint, ${limitPicoUsd}::bigint, ${window.endsAt}::timestamptz, clock_timestamp()
      -- The window of an execution whose first call was refused is gone with it: its caller has the refusal.
      where ${window.scope} <> 'execution' or exists (select from spend_windows where key = ${window.key})
      on conflict (key) do update set exceeded_at = excluded.exceeded_at where known.exceeded_at is null
      returning key`.execute(trx);
    if (rows.length === 0) return false;
    await appendEvents(trx, agentsTopic, [
      {
        organizationId,
        sequence: 1n,
        aggregate: `agent_budget:${window.key}`,
        payload: {
          case: 'budgetExceeded' as const,
          value: {
            scope: window.scope,
            agentId,
            limitUsd: usdOf(limitPicoUsd),
            spentUsd: usdOf(spentPicoUsd),
            reservedUsd: usdOf(reservedPicoUsd),
            neededUsd: usdOf(neededPicoUsd),
            ...(window.resets && { resetsAt: timestampFromDate(window.endsAt) }),
            mode: modeToProto(mode),
          },
        },
      },
    ]);
    return true;
  });
  if (isNew) ctx.relay.wake();
}
