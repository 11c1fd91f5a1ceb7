import { fillEnrollments, type Place, type StepInput, startLane } from '../runtime/fill-enrollments.ts';
import { type Spent, startSpending } from '../runtime/spending.ts';
import type { Runtime } from '../runtime/start-runtime.ts';
import { untilEnded } from '../runtime/until-ended.ts';
import type { BenchPostgres } from '../start-postgres.ts';

const steps: readonly StepInput[] = [
  { type: 'trigger', name: 'Start' },
  { type: 'condition', name: 'Any score?', conditions: [{ field: 'score', operator: 'greater_or_equal', value: 0 }] },
  {
    type: 'branch',
    name: 'By country',
    branches: [{ name: 'Benelux', conditions: [{ field: 'country', operator: 'equals', value: 'NL' }], go_to: 'next' }],
  },
  { type: 'log', name: 'Note', message: '{{ first_name }} of {{ company }} has score {{ score }}' },
  { type: 'end', name: 'Done' },
];

/** Number of steps that each enrollment takes. */
export const stepsOfEach = steps.length;

const tomorrow: Place = { stepIndex: 0, phase: 'ready', dueAt: `now() + interval '1 day' + n * interval '1 second'` };

/** The cost of running some enrollments from their first step to their end. */
export type StepsRun = Spent & { steps: number; seconds: number };

/**
 * Runs enrollments of a new workflow, all of which are due. Checks that each has ended and has left a line for each
 * step. `among` is the number of further enrollments of the workflow that are not due.
 */
export async function runSteps(
  postgres: BenchPostgres,
  runtime: Runtime,
  { workflowId, enrollments, among = 0 }: { workflowId: bigint; enrollments: number; among?: number },
): Promise<StepsRun> {
  const { client } = postgres;
  if (among > 0) await fillEnrollments(client, { workflowId, steps, count: among, place: tomorrow });
  const filled = await fillEnrollments(client, { workflowId, steps, count: enrollments });
  await client.query('vacuum analyze');
  const spent = await startSpending(postgres, runtime);
  const startedAt = await startLane(client, runtime, filled);
  await untilEnded(postgres, [filled], enrollments);
  const seconds = (Date.now() - startedAt) / 1000;
  const costs = await spent();
  await checkLines(postgres, workflowId, enrollments);
  return { steps: enrollments * stepsOfEach, seconds, ...costs };
}

async function checkLines({ client }: BenchPostgres, workflowId: bigint, enrollments: number): Promise<void> {
  const { rows } = await client.query<{ ended: number; lines: number }>(
    `select count(distinct outcomes.enrollment_id)::int as ended, 
       (count(timeline.sequence) + coalesce(sum(json_array_length(following)), 0))::int as lines
     from enrollments.outcomes left join enrollments.timeline using (enrollment_id) where workflow_id = $1`,
    [workflowId],
  );
  const [{ ended = 0, lines = 0 } = {}] = rows;
  if (ended !== enrollments || lines !== enrollments * stepsOfEach) {
    throw new Error(`${ended} of ${enrollments} enrollments have ended, with ${lines} lines on their timelines`);
  }
}
