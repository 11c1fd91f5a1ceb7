import { sql } from 'kysely';
import { lineAt } from '../../enrollments/timeline-lines.ts';
import { cut } from '../window.ts';
import { enrollmentsOf, type OfEnrollments } from './source.ts';

type Row = {
  at: Date;
  workflow_id: bigint;
  major: bigint;
  minor: bigint;
  version: number;
  step_index: number;
  reason: string;
  message: string | null;
};

/** The ends of enrollments, each with its last timeline line, which describes the reason for the end. */
export const ends: OfEnrollments = async (db, enrollments, window) => {
  const all = sql`
    select ended_at as at, id as major, 0::bigint as minor, workflow_id, version, step_index, coalesce(outcome, status) as reason, lines
    from ${enrollmentsOf(enrollments)} where ended_at is not null and status <> 'holdout'`;
  const { rows } = await sql<Row>`
    select ended.*, line.message from (${cut(all, window)}) as ended
    left join lateral (${lineAt(sql`ended.major`, sql`ended.lines`)}) as line on true
    order by shown_at desc, major desc`.execute(db);
  return rows.map(({ at, major, minor, workflow_id: workflowId, version, step_index: index, reason, message }) => ({
    ...{ at, major, minor, workflowId, enrollmentId: major, step: { version, index } },
    ...{ decision: 'ended', reason, rule: null, until: null, detail: message ?? '' },
  }));
};
