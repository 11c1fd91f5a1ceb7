import type { EnrollmentFact, EventFact } from '../facts.ts';
import type { EndFact, MetGoalFact } from '../goal-facts.ts';
import { exitGoal, goalEvents } from '../goals.ts';
import type { Evidence } from './evidence.ts';

/**
 * Tolerance in milliseconds. If a process was frozen, the event and the end of a run may lock the run in an order that
 * differs from the order of their times.
 */
const tieMs = 5_000;

/**
 * Checks that a run meets a goal once, by the first event of its person after the entry and before the run's end. A
 * goal that is to end the run does end it, and nothing else ends the run early. The counts equal the rows.
 */
export function checkGoals(evidence: Evidence): string[] {
  const { workflows, facts } = evidence;
  const own = new Set(workflows.flatMap(({ id, goals }) => (goals === undefined ? [] : [String(id)])));
  const met = Map.groupBy(facts.goals.met, (row) => row.enrollment_id);
  const ends = new Map(facts.goals.ends.map((row) => [row.enrollment_id, row]));
  const events = Map.groupBy(facts.contactEvents, ({ email, name }) => `${name} ${email}`);
  return [
    ...facts.enrollments
      .filter(({ workflow_id }) => own.has(workflow_id))
      .flatMap((enrollment) =>
        Object.entries(goalEvents).flatMap(([goal, name]) => {
          const sent = events.get(`${name} ${enrollment.contact.email}`) ?? [];
          const rows = (met.get(enrollment.id) ?? []).filter((row) => row.goal === goal);
          const problems = problemsOf(enrollment, { goal, sent, rows, end: ends.get(enrollment.id) });
          return problems.map((problem) => `enrollment ${enrollment.id} and the goal ${goal}: ${problem}`);
        }),
      ),
    ...checkMarks(evidence),
    ...(facts.goals.watchesLeft > 0 ? [`${facts.goals.watchesLeft} watches are left`] : []),
  ];
}

type Known = { goal: string; sent: readonly EventFact[]; rows: readonly MetGoalFact[]; end: EndFact | undefined };

function problemsOf({ created_at: enteredAt }: EnrollmentFact, { goal, sent, rows, end }: Known): string[] {
  const after = sent.map((event) => event.accepted_at.getTime()).filter((at) => at > enteredAt.getTime());
  const first = Math.min(...after);
  const [met] = rows;
  const isExit = goal === exitGoal;
  const hasExited = end?.outcome === `goal:${goal}`;
  const isMissed = met === undefined && end !== undefined && first < end.ended_at.getTime() - tieMs;
  return [
    ...(rows.length > 1 ? [`it was met ${rows.length} times`] : []),
    ...(met !== undefined && met.met_at.getTime() !== first
      ? [`met at ${met.met_at.getTime()}, the event came at ${first}`]
      : []),
    ...(isMissed ? [`not met, the event came at ${first}, long before the end at ${end.ended_at.getTime()}`] : []),
    ...(hasExited === (isExit && met !== undefined) ? [] : [`its outcome is ${end?.outcome}`]),
  ];
}

/** Checks that the counts of a workflow equal the counts of the rows. */
function checkMarks({ facts: { goals } }: Evidence): string[] {
  const ends = new Map(goals.ends.map((row) => [row.enrollment_id, row]));
  const rows = new Map<string, number>();
  const count = (mark: string) => rows.set(mark, (rows.get(mark) ?? 0) + 1);
  for (const { workflow_id, enrollment_id, goal } of goals.met) {
    count(`${workflow_id} goal ${goal}`);
    const outcome = ends.get(enrollment_id)?.outcome;
    if (outcome === `goal:${goal}`) count(`${workflow_id} exited_by ${outcome}`);
  }
  const marks = new Map(
    goals.marks.map(({ workflow_id, kind, name, number }) => [`${workflow_id} ${kind} ${name}`, number]),
  );
  return [...new Set([...rows.keys(), ...marks.keys()])]
    .filter((mark) => (rows.get(mark) ?? 0) !== (marks.get(mark) ?? 0))
    .map((mark) => `${mark}: counted ${marks.get(mark) ?? 0}, rows ${rows.get(mark) ?? 0}`);
}
