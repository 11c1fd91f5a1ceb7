import { type Kysely, sql } from 'kysely';

/** The states of enrollments. */
export async function createRuns(db: Kysely<unknown>): Promise<void> {
  await createLiving(db);
  await createRunData(db);
  await createOutcomes(db);
  await createCounters(db);
  await createMarks(db);
}

/**
 * The enrollments that have not ended, in a narrow table that is written often. A run is due at `wake_at`, or leased by
 * a worker until `lease_until`; a run that a person has paused is neither. Each row is in at most one of the partial
 * indexes of these two times, so a claim writes one index. Live runs that are not paused are absent from the indexes
 * for paused and test runs.
 */
async function createLiving(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table runs (
      workflow_id bigint not null,
      enrollment_id bigint not null,
      organization_id bigint not null,
      next_run_at timestamptz,
      wake_at timestamptz,
      lease_until timestamptz,
      updated_at timestamptz not null,
      -- When the run entered its step, which is when its wait began.
      entered_at timestamptz not null,
      fence integer not null default 0,
      version integer not null,
      step_index integer not null default 0,
      attempt integer not null default 0,
      lines integer not null default 0,
      -- A goal that is counted while the run waits adds a line behind that of the step. This is the number of the
      -- step's line then. It is null while the last line is one of a step.
      step_line integer,
      error_line integer,
      mode text not null,
      status text not null default 'active' check (status in ('active', 'paused')),
      phase text not null default 'ready' check (phase in ('ready', 'waiting', 'effect', 'parked')),
      visits json,
      variants json,
      -- The goals that were met and those that are still to act; see GoalState.
      goals json,
      primary key (workflow_id, enrollment_id)
    ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)`.execute(db);
  await sql`create index runs_wake_at_idx on runs (workflow_id, wake_at) where wake_at is not null`.execute(db);
  await sql`create index runs_lease_until_idx on runs (workflow_id, lease_until)
    where lease_until is not null`.execute(db);
  await sql`create index runs_step_index_idx on runs (workflow_id, step_index, enrollment_id)`.execute(db);
  await sql`create index runs_paused_idx on runs (workflow_id, enrollment_id) where status = 'paused'`.execute(db);
  await sql`create index runs_paused_step_index_idx on runs (workflow_id, step_index, enrollment_id)
    where status = 'paused'`.execute(db);
  await sql`create index runs_test_idx on runs (workflow_id, step_index, enrollment_id)
    where mode = 'test'`.execute(db);
  await sql`create index runs_test_status_idx on runs (workflow_id, status, enrollment_id)
    where mode = 'test'`.execute(db);
}

/**
 * The data of runs, apart from the frequently written row. A run has a row only if its data differ from the contact. A
 * retry continues from `state`.
 */
async function createRunData(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table run_data (
      enrollment_id bigint primary key,
      data json not null,
      state json
    )`.execute(db);
}

/** The enrollments that have ended. A row is written when its enrollment ends. */
async function createOutcomes(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table outcomes (
      workflow_id bigint not null,
      enrollment_id bigint not null,
      organization_id bigint not null,
      ended_at timestamptz not null,
      version integer not null,
      step_index integer not null,
      lines integer not null,
      error_line integer,
      mode text not null,
      status text not null check (status in ('completed', 'failed', 'cancelled', 'holdout')),
      -- Why the run ended, where its steps did not end it.
      outcome text,
      reason text,
      variants json,
      primary key (workflow_id, enrollment_id)
    )`.execute(db);
  await sql`create index outcomes_status_idx on outcomes (workflow_id, status, enrollment_id)`.execute(db);
  await sql`create index outcomes_test_status_idx on outcomes (workflow_id, status, enrollment_id)
    where mode = 'test'`.execute(db);
  // A list by step alone merges the three statuses, so one index serves lists with and without a status.
  await sql`create index outcomes_step_index_idx on outcomes (workflow_id, step_index, status, enrollment_id)`.execute(
    db,
  );
  await sql`create index outcomes_test_step_index_idx on outcomes (workflow_id, step_index, status, enrollment_id)
    where mode = 'test'`.execute(db);
  // Pruning looks for recent outcomes in a range of ids. This index adds almost nothing to the cost of an insert.
  await sql`create index outcomes_enrollment_id_idx on outcomes using brin (enrollment_id int8_minmax_multi_ops)
    with (pages_per_range = 32, autosummarize = on)`.execute(db);
  // The failures of a workflow by time. Only a run that fails writes to this index.
  await sql`create index outcomes_failed_ended_at_idx on outcomes (workflow_id, mode, ended_at)
    where status = 'failed'`.execute(db);
  // Failed and cancelled enrollments end at other steps than completed ones. Without these statistics the planner
  // assumes that step and status are independent.
  await sql`create statistics outcomes_place (mcv) on workflow_id, step_index, status from outcomes`.execute(db);
}

/**
 * The number of enrollments of a workflow at each step. An ended enrollment counts at the step where it ended. The
 * totals of the workflow are the sums of these numbers.
 */
async function createCounters(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table counters (
      workflow_id bigint not null,
      version integer not null,
      step_id text not null,
      mode text not null,
      active bigint not null default 0,
      paused bigint not null default 0,
      completed bigint not null default 0,
      failed bigint not null default 0,
      cancelled bigint not null default 0,
      primary key (workflow_id, version, step_id, mode)
    ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`.execute(db);
}

/** Counts of a workflow that belong to no step: enrollments that goals ended, goals met, and people held out. */
async function createMarks(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table funnel_marks (
      workflow_id bigint not null,
      number bigint not null,
      mode text not null,
      kind text not null check (kind in ('exited_by', 'goal', 'holdout')),
      name text not null,
      primary key (workflow_id, mode, kind, name)
    ) with (fillfactor = 50)`.execute(db);
}
