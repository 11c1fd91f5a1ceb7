import { type Kysely, type Selectable, sql } from 'kysely';
import type { AgentBudgets, DB } from '../db/schema.ts';
import { picoOf } from '../money.ts';

/** Daily limit of an organization that has not set a limit, so that spend is bounded in every installation. */
const defaultDailyPicoUsd = picoOf(25);

/** Time after which a stored time zone must be read again. */
const zoneKeptSeconds = 600;

type Period = { start: Date; end: Date };

/**
 * The limits of an organization and the current periods. Days and months are in the organization's time zone, by the
 * clock of the database.
 */
export type Budgets = {
  dailyPicoUsd: bigint;
  monthlyPicoUsd: bigint | null;
  workflowDailyPicoUsd: bigint | null;
  enrollmentPicoUsd: bigint | null;
  planPicoUsd: bigint | null;
  timezone: string;
  /** Whether the time zone must be read again. */
  isZoneOld: boolean;
  /** Number of writes of the row; 0 before the first. */
  revision: bigint;
  day: Period;
  month: Period;
  /** The plan's month and the installation's day are in UTC. */
  planMonth: Period;
  installationDay: Period;
};

type Row = { [Column in keyof Selectable<AgentBudgets>]: Selectable<AgentBudgets>[Column] | null } & {
  plan_micro_usd: bigint | null;
  zone: string;
  is_zone_old: boolean;
  day_start: Date;
  day_end: Date;
  month_start: Date;
  month_end: Date;
  plan_start: Date;
  plan_end: Date;
  utc_day: Date;
  utc_day_end: Date;
};

export async function readBudgets(db: Kysely<DB>, organizationId: bigint): Promise<Budgets> {
  const { rows } = await sql<Row>`
    with own as (
      select clock_timestamp() as at, coalesce(
        (select timezone from agent_budgets where organization_id = ${organizationId}), 'UTC') as zone)
    select budgets.*, own.zone,
      coalesce(budgets.timezone_read_at < at - make_interval(secs => ${zoneKeptSeconds}), true) as is_zone_old,
      (select ceiling from usage_limits where organization_id = ${organizationId} and meter = 'llm_cost_usd') as plan_micro_usd,
      date_trunc('day', at, zone) as day_start,
      (date_trunc('day', at at time zone zone) + interval '1 day') at time zone zone as day_end,
      date_trunc('month', at, zone) as month_start,
      (date_trunc('month', at at time zone zone) + interval '1 month') at time zone zone as month_end,
      date_trunc('month', at, 'UTC') as plan_start,
      (date_trunc('month', at at time zone 'UTC') + interval '1 month') at time zone 'UTC' as plan_end,
      date_trunc('day', at, 'UTC') as utc_day, date_trunc('day', at, 'UTC') + interval '24 hours' as utc_day_end
    from own left join agent_budgets as budgets on budgets.organization_id = ${organizationId}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('the database returned no budgets');
  return {
    dailyPicoUsd: row.daily_pico_usd ?? defaultDailyPicoUsd,
    monthlyPicoUsd: row.monthly_pico_usd,
    workflowDailyPicoUsd: row.workflow_daily_pico_usd,
    enrollmentPicoUsd: row.enrollment_pico_usd,
    planPicoUsd: row.plan_micro_usd === null ? null : row.plan_micro_usd * 1_000_000n,
    timezone: row.zone,
    isZoneOld: row.is_zone_old,
    revision: row.revision ?? 0n,
    day: { start: row.day_start, end: row.day_end },
    month: { start: row.month_start, end: row.month_end },
    planMonth: { start: row.plan_start, end: row.plan_end },
    installationDay: { start: row.utc_day, end: row.utc_day_end },
  };
}
