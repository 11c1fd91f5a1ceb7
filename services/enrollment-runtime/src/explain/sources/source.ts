import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { SourceRow } from '../answer.ts';
import type { Enrollment } from '../find-enrollments.ts';
import type { Person } from '../person.ts';
import type { Window } from '../window.ts';

/** Reads decisions of one kind, newest first, as many as a page may show. */
type Read<Asked> = (db: Kysely<DB>, asked: Asked, window: Window) => Promise<SourceRow[]>;

/** Reads decisions about a person, found by the person's address or reference. */
export type OfPerson = Read<Person>;

/** Reads decisions about enrollments, for a limited number of enrollments at a time. */
export type OfEnrollments = Read<readonly Enrollment[]>;

/** A table in which decisions are written, and the ways to read it. */
export type Source = { ofPerson: OfPerson } | { ofEnrollments: OfEnrollments };

/** Builds SQL for the enrollments as a relation. */
export function enrollmentsOf(enrollments: readonly Enrollment[]): RawBuilder<unknown> {
  const rows = enrollments.map((one) => ({ ...one, workflow_id: String(one.workflow_id), id: String(one.id) }));
  return sql`json_to_recordset(${JSON.stringify(rows)}::json) as enrollment (
    workflow_id bigint, id bigint, version int, created_at timestamptz, status text, outcome text, step_index int, step_line int, lines int,
    next_run_at timestamptz, ended_at timestamptz)`;
}
