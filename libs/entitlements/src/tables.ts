import { type Kysely, sql } from 'kysely';

/**
 * Creates the tables of limits and usage, in a migration of a service that counts meters:
 *
 * - `entitlements` and `usage_limits`: the entitlements that billing has pushed, one row for each organization and
 *   limited meter. They are kept without a time limit.
 * - `usage`: the summed usage, one row for each organization, meter and month. Kept for two years.
 * - `usage_added`: the usage that is not yet part of a sum, one row for each transaction and meter, kept for seconds.
 *   If every transaction changed one counter instead, the transactions would wait for each other.
 * - `usage_thresholds`: thresholds that were published. Kept for two years.
 *
 * None of these tables has personal data.
 */
export async function createUsageTables(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table entitlements (
      organization_id bigint primary key,
      sequence bigint not null,
      applied_at timestamptz not null default now(),
      entries_held boolean not null,
      plan text not null
    )`.execute(db);
  await sql`
    create table usage_limits (
      organization_id bigint not null,
      included bigint not null,
      ceiling bigint not null,
      meter text not null,
      primary key (organization_id, meter)
    )`.execute(db);
  await sql`
    create table usage (
      organization_id bigint not null,
      used bigint not null,
      period_start timestamptz not null,
      meter text not null,
      primary key (organization_id, meter, period_start)
    ) with (fillfactor = 50)`.execute(db);
  await sql`
    create table usage_added (
      id bigint primary key generated always as identity,
      organization_id bigint not null,
      amount bigint not null,
      period_start timestamptz not null,
      meter text not null
    ) with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0)`.execute(db);
  await sql`create index usage_added_organization_id_meter_period_start_idx
    on usage_added (organization_id, meter, period_start)`.execute(db);
  await sql`
    create table usage_thresholds (
      organization_id bigint not null,
      period_start timestamptz not null,
      threshold integer not null,
      meter text not null,
      primary key (organization_id, meter, period_start, threshold)
    )`.execute(db);
}
