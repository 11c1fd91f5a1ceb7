import { type Kysely, sql } from 'kysely';

/**
 * Creates the tables for charged use beyond plans. `metered_months` has the known usage of a meter in a month, and the
 * charged part of it. `metered_hours` has the charged part by hours, which is sent to Stripe's meters. A row of
 * `metered_hours` is due while `sent_quantity` differs from `quantity`, and `sends` counts how often the row was sent.
 * Rows of both tables are deleted after 400 days.
 */
export async function createMetering(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table metered_months (
      organization_id bigint not null,
      meter text not null,
      month timestamptz not null,
      used bigint not null,
      charged bigint not null default 0,
      is_final boolean not null default false,
      primary key (organization_id, meter, month)
    )`.execute(db);
  // The index does not begin with the organization, because months are deleted by age.
  await sql`create index metered_months_month_idx on metered_months (month)`.execute(db);
  await sql`
    create table metered_hours (
      organization_id bigint not null,
      meter text not null,
      hour timestamptz not null,
      quantity bigint not null,
      sent_quantity bigint not null default 0,
      sends integer not null default 0,
      due_at timestamptz not null,
      failures integer not null default 0,
      primary key (organization_id, meter, hour)
    )`.execute(db);
  // The index does not begin with the organization, because loops look for the due and the old hours of all
  // organizations.
  await sql`create index metered_hours_due_at_idx on metered_hours (due_at) where sent_quantity <> quantity`.execute(
    db,
  );
  await sql`create index metered_hours_hour_idx on metered_hours (hour)`.execute(db);
}
