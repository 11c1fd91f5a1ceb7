import { until } from '../measuring/until.ts';
import { fillEnrollments, type StepInput, startLane } from '../runtime/fill-enrollments.ts';
import type { Runtime } from '../runtime/start-runtime.ts';
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

/** Steps that each enrollment takes. */
export const stepsOfEach = steps.length;

/** What it took to run some enrollments from their first step to their end. */
export type StepsRun = {
  steps: number;
  seconds: number;
  cpuSeconds: number;
  databaseCpuSeconds: number;
  walBytes: number;
};

/** Runs enrollments of a new workflow, all due, and checks that each has ended and left a line for each step. */
export async function runSteps(
  postgres: BenchPostgres,
  runtime: Runtime,
  { workflowId, enrollments }: { workflowId: bigint; enrollments: number },
): Promise<StepsRun> {
  const { client } = postgres;
  const filled = await fillEnrollments(client, { workflowId, steps, count: enrollments });
  await client.query('vacuum analyze enrollments.runs');
  await client.query('checkpoint');
  const before = await spent(postgres, runtime);
  const startedAt = await startLane(client, runtime, filled);
  await until(
    `${enrollments} enrollments have ended`,
    async () => (await countEnded(postgres, workflowId)) === enrollments,
  );
  const seconds = (Date.now() - startedAt) / 1000;
  const after = await spent(postgres, runtime);
  await checkLines(postgres, workflowId, enrollments);
  return {
    steps: enrollments * stepsOfEach,
    seconds,
    cpuSeconds: after.cpu - before.cpu,
    databaseCpuSeconds: after.databaseCpu - before.databaseCpu,
    walBytes: after.wal - before.wal,
  };
}

async function spent(postgres: BenchPostgres, runtime: Runtime) {
  return {
    cpu: await runtime.cpuSeconds(),
    databaseCpu: await postgres.cpuSeconds(),
    wal: await postgres.walBytes(),
  };
}

async function countEnded({ client }: BenchPostgres, workflowId: bigint): Promise<number> {
  const { rows } = await client.query<{ ended: number }>(
    'select coalesce(sum(completed), 0)::int as ended from enrollments.counters where workflow_id = $1',
    [workflowId],
  );
  return rows[0]?.ended ?? 0;
}

async function checkLines({ client }: BenchPostgres, workflowId: bigint, enrollments: number): Promise<void> {
  const { rows } = await client.query<{ ended: number; lines: number }>(
    `select count(distinct outcomes.enrollment_id)::int as ended, count(timeline.sequence)::int as lines
     from enrollments.outcomes left join enrollments.timeline using (enrollment_id) where workflow_id = $1`,
    [workflowId],
  );
  const [{ ended = 0, lines = 0 } = {}] = rows;
  if (ended !== enrollments || lines !== enrollments * stepsOfEach) {
    throw new Error(`${ended} of ${enrollments} enrollments have ended, with ${lines} lines on their timelines`);
  }
}
