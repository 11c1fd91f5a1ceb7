import { goalLinePattern, type HeldBy } from '@drippulse/engine';
import { sql } from 'kysely';
import type { Decision } from '../answer.ts';
import { cut } from '../window.ts';
import { suppressionReason } from './sends.ts';
import { enrollmentsOf, type OfEnrollments } from './source.ts';

type Row = {
  at: Date;
  workflow_id: bigint;
  major: bigint;
  minor: bigint;
  version: number;
  step_index: number;
  message: string;
  until: Date | null;
} & Line;

/**
 * A line. `held` is the JSON of the rule that held the step back. `skipped_by` and `skipped_why` are the rule and the
 * reason in the result of a skipped message.
 */
type Line = {
  status: string;
  is_message: boolean;
  held: string | null;
  skipped_by: string | null;
  skipped_why: string | null;
};

/**
 * The timeline lines about waits, skipped or failed steps, and messages. Other successful steps are left out, because
 * they decide nothing about the messages that the person gets. Lines about a goal that was found met at a message step
 * are left out too. The time at which a wait ends is known only while the wait lasts, and for a send that a rule held.
 */
export const timelines: OfEnrollments = async (db, enrollments, window) => {
  // The limits and the offset make the planner look up each joined table by its key.
  const all = sql`
    select line.at, enrollment.id as major, line.sequence::bigint as minor, enrollment.workflow_id, enrollment.version,
      line.step_index, line.status, line.message, line.step_index = any(messages.steps) as is_message,
      case when line.sequence = enrollment.step_line then enrollment.next_run_at end as until
    from ${enrollmentsOf(enrollments)}
    cross join lateral (
      select coalesce(array_agg(step_index), '{}') as steps from effects
      where enrollment_id = enrollment.id and kind = 'email'
    ) as messages
    cross join lateral (
      select sequence, at, step_index, status, message from timeline_lines
      where enrollment_id = enrollment.id
        and (status <> 'succeeded' or (step_index = any(messages.steps) and message !~ ${goalLinePattern}))
      offset 0
    ) as line`;
  // A line with a holding rule is the only line of its move, so `timeline` has a separate row for it.
  const { rows } = await sql<Row>`
    select line.*, timeline.held, effect.skipped_by, effect.skipped_why
    from (${cut(all, window)}) as line
    left join lateral (
      select held from timeline where enrollment_id = line.major and sequence = line.minor limit 1
    ) as timeline on true
    left join lateral (
      select result->>'rule' as skipped_by, result->>'reason' as skipped_why from effects
      where line.status = 'skipped' and line.is_message and enrollment_id = line.major
        and step_index = line.step_index and status = 'skipped'
      order by abs(extract(epoch from finished_at - line.at)) limit 1
    ) as effect on true
    order by line.shown_at desc, line.major desc, line.minor desc`.execute(db);
  return rows.map(({ at, major, minor, workflow_id: workflowId, ...row }) => {
    const { version, step_index: index, message: detail } = row;
    // This service wrote the JSON, so it is valid.
    const { rule: held, until }: Partial<HeldBy> = row.held === null ? {} : JSON.parse(row.held);
    const rule = held ?? row.skipped_by;
    return {
      ...{ at, major, minor, workflowId, enrollmentId: major, step: { version, index }, rule, detail },
      ...{ decision: decisionOf(row), reason: reasonOf(row), until: until === undefined ? row.until : new Date(until) },
    };
  });
};

/** Returns the decision of a line. A message waits only when a rule holds it. */
function decisionOf({ status, is_message: isMessage, skipped_by: rule }: Line): Decision {
  if (status === 'succeeded') return 'sent';
  if (status === 'retrying') return 'waiting';
  if (status === 'waiting') return isMessage ? 'held' : 'waiting';
  return rule === 'suppression' ? 'suppressed' : 'skipped';
}

/** Returns the reason of a line; null if the reason is the type of the step. */
function reasonOf({ status, skipped_by: rule, skipped_why: why }: Line): string | null {
  if (status === 'retrying') return 'retry';
  if (status === 'failed') return 'failed';
  if (status !== 'skipped') return null;
  return rule === 'suppression' ? suppressionReason(why) : (rule ?? 'skipped');
}
