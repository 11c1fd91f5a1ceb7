import { createPartitions } from '@drippulse/db';
import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';
import { createReserve, createSettle } from './ledger-functions.ts';

/** Creates the tables of the ledger, which records the costs of model calls in pico-USD. */
export async function createLedger(db: Kysely<unknown>): Promise<void> {
  await createWindows(db);
  await createReservations(db);
  await createCounts(db);
  await createBudgets(db);
  await createOverruns(db);
  await createReserve(db);
  await createSettle(db);
}

/**
 * Creates the table of budget windows. A window is one limit for one period, such as an execution, a day of an agent or
 * a day of an organization. Each model call updates the row twice, so the table's pages leave room for new row
 * versions.
 */
async function createWindows(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table spend_windows (
      key text primary key,
      organization_id bigint not null,
      limit_pico_usd bigint,
      reserved_pico_usd bigint not null default 0,
      spent_pico_usd bigint not null default 0,
      assumed_pico_usd bigint not null default 0,
      overrun_pico_usd bigint not null default 0,
      ends_at timestamptz not null,
      exceeded_at timestamptz,
      constraint spend_windows_reserved_check check (reserved_pico_usd >= 0),
      constraint spend_windows_assumed_check check (assumed_pico_usd between 0 and spent_pico_usd)
    ) with (fillfactor = 50)`.execute(db);
  await sql`create index spend_windows_organization_id_idx on spend_windows (organization_id, key)`.execute(db);
  // The index does not begin with the organization, because a loop deletes old windows of all organizations.
  await sql`create index spend_windows_ends_at_idx on spend_windows (ends_at)`.execute(db);
  // The amounts that all organizations together have drawn from the installation's daily limit, by day. Reservations do
  // not lock these rows.
  await sql`
    create table installation_days (
      day date primary key,
      drawn_pico_usd bigint not null
    ) with (fillfactor = 50)`.execute(db);
}

async function createReservations(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table reservations (
      created_at timestamptz not null,
      execution_id bigint not null,
      seq integer not null,
      attempt integer not null,
      organization_id bigint not null,
      agent_id bigint not null,
      workflow_id bigint,
      kind text not null,
      model text not null,
      keys text[] not null,
      amount_pico_usd bigint not null,
      charged_pico_usd bigint not null default 0,
      input_tokens bigint not null default 0,
      cached_tokens bigint not null default 0,
      output_tokens bigint not null default 0,
      state text not null,
      basis text not null,
      lease_until timestamptz not null,
      reserved_at timestamptz not null,
      sent_at timestamptz,
      settled_at timestamptz,
      primary key (created_at, execution_id, seq, attempt),
      constraint reservations_state_check check (state in ('open', 'settled', 'released', 'assumed', 'estimated', 'overrun'))
    ) partition by range (created_at)`.execute(db);
  // The index does not begin with the organization, because a sweep looks for reservations whose process has died.
  await sql`create index reservations_lease_until_idx on reservations (lease_until) where state = 'open'`.execute(db);
  await createPartitions(db, 'reservations', new Date(), 'month');
}

/**
 * Creates the table of sums of reservations, by the hour of the reservation. Every transaction that changes a sum has
 * locked the organization's windows.
 */
async function createCounts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table spend_counts (
      hour timestamptz not null,
      organization_id bigint not null,
      agent_id bigint not null,
      kind text not null,
      model text not null,
      workflow_id bigint not null,
      calls bigint not null,
      cost_pico_usd bigint not null,
      assumed_pico_usd bigint not null,
      overrun_pico_usd bigint not null,
      input_tokens bigint not null,
      cached_tokens bigint not null,
      output_tokens bigint not null,
      primary key (organization_id, agent_id, hour, kind, model, workflow_id)
    ) partition by range (hour)`.execute(db);
  await sql`create index spend_counts_organization_id_hour_idx on spend_counts (organization_id, hour)`.execute(db);
  await createPartitions(db, 'spend_counts', new Date(), 'month');
}

/**
 * Creates the table of the budgets that organizations set. `timezone` is a copy of the organization's time zone. A
 * change of `timezone` does not raise the revision.
 */
async function createBudgets(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table agent_budgets (
      organization_id bigint primary key,
      daily_pico_usd bigint,
      monthly_pico_usd bigint,
      workflow_daily_pico_usd bigint,
      enrollment_pico_usd bigint,
      timezone text not null default 'UTC',
      timezone_read_at timestamptz,
      updated_at timestamptz not null
    )`.execute(db);
  await addRevision(db, 'agent_budgets', { apart: ['timezone', 'timezone_read_at'] });
}

/** Creates the table of overruns. An overrun is a model whose calls cost an organization more than was reserved. */
async function createOverruns(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table model_overruns (
      organization_id bigint not null,
      model text not null,
      at timestamptz not null,
      execution_id bigint not null,
      reserved_pico_usd bigint not null,
      charged_pico_usd bigint not null,
      acknowledged_at timestamptz,
      primary key (organization_id, model)
    )`.execute(db);
}
