import { createPartitions } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

/**
 * Creates the table of the effects of workflow steps. `report_at` is the time of the next report of an accepted
 * effect's result to the runtime.
 */
export async function createEffects(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table effects (
      planned_at timestamptz not null,
      organization_id bigint not null,
      effect_key text not null,
      attempt integer not null,
      mode text not null,
      enrollment_id bigint not null,
      execution_id bigint,
      state text not null,
      failure text,
      retryable boolean not null default false,
      retry_after_seconds double precision,
      report_at timestamptz,
      reports integer not null default 0,
      primary key (organization_id, effect_key, planned_at),
      constraint effects_state_check check (state in ('accepted', 'ended', 'refused'))
    ) partition by range (planned_at)`.execute(db);
  await sql`create index effects_execution_id_idx on effects (organization_id, execution_id)
    where execution_id is not null`.execute(db);
  // The index does not begin with the organization, because a loop looks for due effects of all organizations.
  await sql`create index effects_report_at_idx on effects (report_at) where report_at is not null`.execute(db);
  await createPartitions(db, 'effects', new Date(), 'month');
}
