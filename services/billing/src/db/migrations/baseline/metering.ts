import { type Kysely, sql } from 'kysely';

/**
 * What is charged beyond plans. `metered_months` is what was used of a meter in a month, as far as it was looked at, and how much of it is
 * charged. `metered_hours` has the same by hours, which is sent to Stripe's meters: a row is due while `sent_quantity` differs, and `sends` counts how often it was sent. Both
 * go after 400 days. Of a customer, `metered` are the meters that its subscription has items for, and `usage_due_at` is when its use is looked at.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table customers add column metered text[] not null default '{}', add column usage_due_at timestamptz`.execute(
    db,
  );
  await sql`create index settings_spend_cap_cents_idx on settings (organization_id) where spend_cap_cents > 0`.execute(
    db,
  );
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
  await sql`create index metered_hours_due_at_idx on metered_hours (due_at) where sent_quantity <> quantity`.execute(
    db,
  );
  await sql`create index metered_hours_hour_idx on metered_hours (hour)`.execute(db);
}
