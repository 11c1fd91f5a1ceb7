import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { everyIdQuery, type Filter } from '../enrollments/list-ids.ts';
import type { Person } from './person.ts';
import { keptSince, type Window } from './window.ts';

/** An enrollment of a person, with its current step, or with its end. */
export type Enrollment = {
  workflow_id: bigint;
  id: bigint;
  version: number;
  created_at: Date;
  status: string;
  /** The reason for the enrollment's end, such as `goal:won`, unless its steps ended it. */
  outcome: string | null;
  step_index: number;
  /**
   * `step_line` is the number of the timeline line that describes what the enrollment waits for; `lines` is the number
   * of its last line.
   */
  step_line: number;
  lines: number;
  next_run_at: Date | null;
  ended_at: Date | null;
};

/**
 * Finds the enrollments of a person that may have decisions in a window. All decisions about an enrollment lie between
 * its entry and its end, and each end is itself a decision. Of the enrollments that ended before the start of the
 * window, the query therefore reads only those with the newest ends, as many as fill the window. It reads all other
 * enrollments that began before the start of the window. Enrollments are found by the indexes of each workflow, as in
 * lists, because an index over the organization would add a cost to every enrollment. An erased enrollment has no
 * decisions.
 */
export async function findEnrollments(db: Kysely<DB>, person: Person, window: Window): Promise<Enrollment[]> {
  const columns = sql`workflow_id, id, version, created_at, status, outcome, step_index, step_line, lines, next_run_at, ended_at`;
  const start = window.after === undefined ? sql`'infinity'::timestamptz` : sql`${window.after.at}::timestamptz`;
  const { rows } = await sql<Enrollment>`
    with own as materialized (${lanesQuery(person, window)}),
    found as materialized (${hitsOf(person)}),
    placed as materialized (
      select placed.*, date_trunc('milliseconds', case when status = 'holdout' then created_at else ended_at end) as last_at
      from found cross join lateral (${placeQuery(sql`found`)}) as placed
      where date_trunc('milliseconds', created_at) <= ${start} and (ended_at is null or ended_at > ${keptSince(window)})
    )
    select ${columns} from placed where last_at is null or last_at >= ${start}
    union all
    (select ${columns} from placed where last_at < ${start} order by last_at desc, id desc limit ${window.limit})`.execute(
    db,
  );
  return rows;
}

/** Finds the addresses in the enrollments of a person, in lower case. */
export async function findAddresses(db: Kysely<DB>, person: Person, window: Window): Promise<string[]> {
  const { rows } = await sql<{ address: string }>`
    with own as materialized (${lanesQuery(person, window)})
    select distinct lower(btrim(e.email)) as address
    from (${hitsOf(person)}) as found
    join enrollments as e on e.workflow_id = found.workflow_id and e.id = found.id
    where e.erased_at is null and btrim(e.email) <> ''`.execute(db);
  return rows.map(({ address }) => address);
}

/**
 * Returns the condition that a row belongs to an enrollment of the person. The row has columns for the workflow and the
 * enrollment.
 */
export function isOfPerson({ mode, email, leadRef }: Person, table: string): RawBuilder<boolean> {
  const names = [
    ...(email === undefined ? [] : [sql`lower(btrim(own.email)) = ${email.trim().toLowerCase()}`]),
    ...(leadRef === undefined ? [] : [sql`own.lead_ref = ${leadRef}`]),
  ];
  return sql<boolean>`exists (
    select from enrollments as own
    where own.workflow_id = ${sql.ref(`${table}.workflow_id`)} and own.id = ${sql.ref(`${table}.enrollment_id`)}
      and own.mode = ${mode} and own.erased_at is null and (${sql.join(names, sql` or `)}))`;
}

/**
 * Selects the workflows of the organization. The deletion of a workflow ended its runs. A deleted workflow is skipped
 * if no decisions about its enrollments are kept.
 */
function lanesQuery({ organizationId, mode, workflowId }: Person, window: Window): RawBuilder<unknown> {
  return sql`
    select workflow_id from lanes
    where organization_id = ${organizationId}
      and (state <> 'deleted' or draining or updated_at > ${keptSince(window)} - interval '1 day')
      ${mode === 'live' ? sql`and mode = 'live'` : sql``}
      ${workflowId === undefined ? sql`` : sql`and workflow_id = ${workflowId}`}`;
}

/**
 * Selects the ids of the person's enrollments in the workflows of `own`, each id once. The address and the reference
 * are searched separately, because an enrollment may have only one of them.
 */
function hitsOf({ mode, email, leadRef }: Person): RawBuilder<unknown> {
  const names = [...(email === undefined ? [] : [{ email }]), ...(leadRef === undefined ? [] : [{ leadRef }])];
  const filters = names.flatMap((name): Filter[] => [
    { mode, ...name },
    // A list shows people who are held out only if its filter asks for them.
    { mode, ...name, holdout: true },
  ]);
  const hits = filters.map(
    (filter) => sql`
    select own.workflow_id, own_hit.id
    from own cross join lateral (${everyIdQuery(sql<bigint>`own.workflow_id`, filter)}) as own_hit`,
  );
  return sql.join(hits, sql` union `);
}

/** Selects an enrollment with its run or its outcome. */
function placeQuery(found: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select e.workflow_id, e.id, e.version, e.created_at, place.*
    from enrollments as e
    cross join lateral (
      select status, null::text as outcome, step_index, coalesce(step_line, lines) as step_line, lines, next_run_at, null::timestamptz as ended_at from runs
      where workflow_id = ${found}.workflow_id and enrollment_id = ${found}.id
      union all
      select status, outcome, step_index, lines, lines, null, ended_at from outcomes
      where workflow_id = ${found}.workflow_id and enrollment_id = ${found}.id
      limit 1
    ) as place
    where e.workflow_id = ${found}.workflow_id and e.id = ${found}.id and e.erased_at is null limit 1`;
}
