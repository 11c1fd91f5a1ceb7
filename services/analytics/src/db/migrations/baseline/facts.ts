import { createPartitions } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

/**
 * What a transaction of the runtime changed at steps of enrollments that entered on one day (UTC), whose first moment is `at`. `id`
 * is that of the event, and `counts` a `StepsCounted`. A day is one range, from which it can be counted anew.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table step_facts (
      organization_id bigint not null,
      at timestamptz not null,
      id uuid not null,
      counts bytea not null,
      primary key (organization_id, at, id)
    ) partition by range (at)`.execute(db);
  await createPartitions(db, 'step_facts', new Date());
}
