import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type pg from 'pg';
import type { Bench, Figures } from '../bench.ts';
import { round } from '../measuring/percentile.ts';
import { until } from '../measuring/until.ts';
import { type Filled, fillEnrollments, startLane, tellOf } from '../runtime/fill-enrollments.ts';
import { type Lateness, type Neighbour, spreadOf, startNeighbour } from '../runtime/neighbour.ts';
import { migrateRuntime, type Runtime, startRuntime } from '../runtime/start-runtime.ts';
import { startPostgres } from '../start-postgres.ts';

/**
 * During `aloneWindows`, no operation on the workflow is under way. A difference in the figures means something only if
 * it is larger than the spread of these windows.
 */
const whole = { runs: 1_000_000, dueOnes: 200_000, windowSeconds: 12, aloneWindows: 5 };
// The runtime spends a tenth of its time on cancelling the runs of a deleted workflow, so cancelling these runs takes
// half a minute.
const short = { runs: 6_000, dueOnes: 1_200, windowSeconds: 5, aloneWindows: 1 };
const perSecond = 200;
const steps = [
  { type: 'trigger', name: 'Start' },
  { type: 'wait', name: 'Pause', duration: 1, unit: 'hours' },
  { type: 'log', name: 'Note', message: '{{ first_name }} went on' },
];
const { ACTIVE, PAUSED, ARCHIVED } = WorkflowStatus;

/** The operations on the workflow, in this order. */
const changes = [
  { name: 'pause', sequence: 3n, status: PAUSED },
  { name: 'resume', sequence: 4n, status: ACTIVE },
  { name: 'archive', sequence: 5n, status: ARCHIVED },
  { name: 'delete', sequence: 6n, status: ARCHIVED, deleted: true },
] as const;

/**
 * Pauses, resumes, archives and deletes a workflow with a million runs. Measures the time of each answer, and how late
 * the waits of another organization end in the meantime.
 */
export const million: Bench = async ({ short: isShort, progress }) => {
  const { runs, dueOnes, windowSeconds, aloneWindows } = isShort ? short : whole;
  const postgres = await startPostgres();
  try {
    await migrateRuntime(postgres.url);
    const { client } = postgres;
    progress(`million: ${runs} runs that wait …`);
    const place = { stepIndex: 1, phase: 'waiting' as const, dueAt: `now() + interval '1 year'` };
    const filled = await fillEnrollments(client, { workflowId: 1n, steps, count: runs, place });
    await client.query('vacuum analyze');
    await client.query('checkpoint');
    const runtime = await startRuntime(postgres.url);
    try {
      await startLane(client, runtime, filled);
      const seconds = windowSeconds * (changes.length + aloneWindows) + 120;
      const neighbour = await startNeighbour(client, runtime, { workflowId: 2n, perSecond, seconds });
      await sleep(4_000);
      const figures = await measureAlone(neighbour, { windowSeconds, windows: aloneWindows });
      for (const change of changes) {
        progress(`million: ${change.name} …`);
        Object.assign(figures, await measure(runtime, neighbour, filled, { ...change, windowSeconds }));
        if (change.name === 'pause') await becomeDue(client, dueOnes);
        if (change.name === 'archive') figures['ended_while_archived'] = await endedOf(client);
      }
      return { ...figures, ...(await drained(client, { runs, isWhole: !isShort })) };
    } finally {
      await runtime.stop();
    }
  } finally {
    await postgres.stop();
  }
};

async function measureAlone(
  neighbour: Neighbour,
  { windowSeconds, windows }: { windowSeconds: number; windows: number },
): Promise<Figures> {
  const found: Lateness[] = [];
  for (let window = 0; window < windows; window += 1) {
    const since = await neighbour.now();
    await sleep(windowSeconds * 1_000);
    found.push(await neighbour.latenessSince(since));
  }
  return spreadOf('alone', found);
}

async function measure(
  runtime: Runtime,
  neighbour: Neighbour,
  filled: Filled,
  { name, windowSeconds, ...change }: (typeof changes)[number] & { windowSeconds: number },
): Promise<Figures> {
  const since = await neighbour.now();
  const startedAt = performance.now();
  await tellOf(runtime, filled, change);
  const answeredMs = performance.now() - startedAt;
  await sleep(windowSeconds * 1_000);
  const { p50, p99 } = await neighbour.latenessSince(since);
  return { [`${name}_ms`]: round(answeredMs), [`p50_ms_${name}`]: p50, [`p99_ms_${name}`]: p99 };
}

/** Makes runs due while their workflow is paused. This takes a while, but its time is not part of any figure. */
async function becomeDue(client: pg.Client, count: number): Promise<void> {
  await client.query(
    `update enrollments.runs set wake_at = now(), next_run_at = now() where workflow_id = 1 and enrollment_id <= (
       select min(enrollment_id) + $1::int from enrollments.runs where workflow_id = 1)`,
    [count],
  );
  await client.query('vacuum analyze enrollments.runs');
}

async function endedOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ ended: number }>(
    `select count(*)::int as ended from enrollments.outcomes where workflow_id = 1 and status = 'completed'`,
  );
  return rows[0]?.ended ?? 0;
}

/** Returns the rate at which runs are cancelled. In a short run, waits until no run is left and each has an outcome. */
async function drained(client: pg.Client, { runs, isWhole }: { runs: number; isWhole: boolean }): Promise<Figures> {
  if (!isWhole) await until('all runs are cancelled', async () => !(await hasRuns(client)), { everyMs: 500 });
  const { rows } = await client.query<{ cancelled: number; ended: number; left: number; seconds: number }>(
    `select count(*) filter (where status = 'cancelled')::int as cancelled, count(*)::int as ended,
       (select count(*)::int from enrollments.runs where workflow_id = 1) as left,
       extract(epoch from max(ended_at) - min(ended_at) filter (where status = 'cancelled'))::float8 as seconds
     from enrollments.outcomes where workflow_id = 1`,
  );
  const [{ cancelled, ended, left, seconds } = { cancelled: 0, ended: 0, left: 0, seconds: Number.NaN }] = rows;
  if (cancelled === 0 || ended + left !== runs) throw new Error(`${ended} of ${runs} have ended, ${left} are left`);
  return { cancelled_per_second: Math.round(cancelled / seconds) };
}

async function hasRuns(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query('select from enrollments.runs where workflow_id = 1 limit 1');
  return rows.length > 0;
}
