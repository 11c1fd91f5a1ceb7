import { createPartitions } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

/** Creates the tables for facts, which are derived from events. */
export async function createFacts(db: Kysely<unknown>): Promise<void> {
  await createEventFacts(db);
  await createStepFacts(db);
  await createProgress(db);
}

/**
 * Creates the table of the facts of events. The key begins with organization and time, so that a day of an organization
 * is one range. `count` is the number of events that a fact represents, because some events report several attempts or
 * goals together.
 */
async function createEventFacts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table facts (
      organization_id bigint not null,
      at timestamptz not null,
      id uuid not null,
      kind smallint not null,
      mode text not null,
      workflow_id bigint,
      version integer,
      variant text,
      step_id text,
      category text,
      domain text,
      subject_id bigint,
      ms bigint,
      amount bigint,
      currency text,
      count bigint not null,
      primary key (organization_id, at, id, kind),
      constraint facts_mode_check check (mode in ('live', 'test'))
    ) partition by range (at)`.execute(db);
  await createPartitions(db, 'facts', new Date());
}

/**
 * Creates the table of step facts. A row contains the changes that one transaction of the runtime made at steps, for
 * enrollments that entered on one day (UTC). `at` is the start of that day, `id` the id of the event, and `counts` a
 * `StepsCounted`. The facts of a day are one range, from which the day can be recounted.
 */
async function createStepFacts(db: Kysely<unknown>): Promise<void> {
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

/** Creates the table of progress. It contains, for each topic, the time up to which all events are counted. */
async function createProgress(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table progress (
      topic text primary key,
      complete_until timestamptz not null
    )`.execute(db);
}
