import { type Kysely, sql } from 'kysely';

/**
 * Creates the table of events received from Stripe. Their ids reveal repeats and, compared with Stripe's list, lost
 * events. Rows are deleted after 35 days, because Stripe lists only the events of the last 30 days.
 */
export async function createHooks(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table hooks (
      id text primary key,
      type text not null,
      stripe_customer_id text,
      by_sweep boolean not null,
      received_at timestamptz not null
    )`.execute(db);
  // Events are deleted by age.
  await sql`create index hooks_received_at_idx on hooks (received_at)`.execute(db);
  // The time of the next sweep, which looks for lost events, and the time up to which the last sweep has seen events.
  await sql`
    create table sweeps (
      id integer primary key check (id = 1),
      due_at timestamptz not null,
      seen_until bigint not null
    )`.execute(db);
}
