import { sql } from 'kysely';
import type { Decision } from '../answer.ts';
import { cut } from '../window.ts';
import { enrollmentsOf, type OfEnrollments } from './source.ts';

type Row = { at: Date; workflow_id: bigint; major: bigint; minor: bigint; version: number; status: string };

/** The entries into workflows. */
export const entries: OfEnrollments = async (db, enrollments, window) => {
  const all = sql`
    select created_at as at, id as major, 0::bigint as minor, workflow_id, version, status from ${enrollmentsOf(enrollments)}`;
  const { rows } = await sql<Row>`${cut(all, window)}`.execute(db);
  return rows.map(({ at, major, minor, workflow_id: workflowId, version, status }) => ({
    ...{ at, major, minor, workflowId, enrollmentId: major, step: null, rule: null, until: null },
    ...(status === 'holdout' ? heldOut : { ...entered, detail: `Entered version ${version}.` }),
  }));
};

const entered = { decision: 'started' as Decision, reason: 'enrolled' };
/** A person who is held out has a row, but did not enter. */
const heldOut = {
  decision: 'refused' as Decision,
  reason: 'holdout',
  detail: 'Held out, to compare with those who enter.',
};
