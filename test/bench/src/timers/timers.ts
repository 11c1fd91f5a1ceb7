import type { Bench, Figures } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { installPeers, runPeer } from '../peers.ts';
import { fillEnrollments, type StepInput, startLane } from '../runtime/fill-enrollments.ts';
import { migrateRuntime, type Runtime, startRuntime } from '../runtime/start-runtime.ts';
import { untilEnded } from '../runtime/until-ended.ts';
import { type BenchPostgres, startPostgres } from '../start-postgres.ts';

const steps: readonly StepInput[] = [
  { type: 'trigger', name: 'Start' },
  { type: 'wait', name: 'Pause', duration: 1, unit: 'days' },
  { type: 'log', name: 'Note', message: '{{ first_name }} waited' },
  { type: 'end', name: 'Done' },
];
/** Position of an enrollment at the wait step. */
const waiting = { stepIndex: 1, phase: 'waiting' } as const;

type Window = { timers: number; seconds: number };

const whole = { window: { timers: 5_000, seconds: 1 }, among: 1_000_000, due: { timers: 15_000, seconds: 15 } };
const short = { window: { timers: 2_000, seconds: 1 }, among: 20_000, due: { timers: 2_000, seconds: 2 } };

/** Measures how long after its due time a waiting enrollment moves, by the time on its timeline. */
export const timers: Bench = async (options) => {
  const { window, among, due } = options.short ? short : whole;
  installPeers(options);
  const postgres = await startPostgres();
  try {
    options.progress('timers: pg-boss …');
    const theirs = await measurePeer(postgres, window);
    await migrateRuntime(postgres.url);
    const runtime = await startRuntime(postgres.url);
    try {
      options.progress('timers: one window …');
      await measureLateness(postgres, runtime, 1n, window);
      const alone = await measureLateness(postgres, runtime, 2n, window);
      options.progress(`timers: ${among} enrollments that wait …`);
      await fillWaiting(postgres, 3n, among);
      const amongMany = await measureLateness(postgres, runtime, 3n, due);
      return {
        ...lateness('', alone),
        ...lateness('million_', amongMany),
        ...lateness('pgboss_', theirs),
        ratio_pgboss: round(percentile(theirs, 0.5) / percentile(alone, 0.5), 2),
        waiting: among,
      };
    } finally {
      await runtime.stop();
    }
  } finally {
    await postgres.stop();
  }
};

/** Measures the lateness of pg-boss jobs that are due at equal intervals. */
async function measurePeer(postgres: BenchPostgres, { timers: count, seconds }: Window): Promise<number[]> {
  const config = { timers: count, warmUpTimers: count, seconds };
  return (await runPeer(postgres, 'pg-boss-timers.mjs', config)).latenessMs ?? [];
}

function lateness(prefix: string, values: readonly number[]): Figures {
  return {
    [`${prefix}p50_ms`]: round(percentile(values, 0.5)),
    [`${prefix}p99_ms`]: round(percentile(values, 0.99)),
    [`${prefix}max_ms`]: round(percentile(values, 1)),
  };
}

/** Inserts enrollments of the workflow that are due in a day or later. */
async function fillWaiting({ client }: BenchPostgres, workflowId: bigint, count: number): Promise<void> {
  const dueAt = `now() + interval '1 day' + n * interval '1 second'`;
  await fillEnrollments(client, { workflowId, steps, count, place: { ...waiting, dueAt } });
  await client.query('vacuum analyze');
}

/** Minimum number of enrollments that are inserted per millisecond. */
const fillPerMs = 1;

/** Measures timers of one workflow. Their due times are spread evenly over a window that begins in a moment. */
async function measureLateness(
  postgres: BenchPostgres,
  runtime: Runtime,
  workflowId: bigint,
  { timers: count, seconds }: Window,
): Promise<number[]> {
  const { client } = postgres;
  const beginMs = Date.now() + 3_000 + count / fillPerMs;
  const begin = new Date(beginMs).toISOString();
  const dueAt = (n: string) => `'${begin}'::timestamptz + ${n} * interval '${(seconds / count) * 1e6} microseconds'`;
  const filled = await fillEnrollments(client, { workflowId, steps, count, place: { ...waiting, dueAt: dueAt('n') } });
  await startLane(client, runtime, filled);
  if (Date.now() > beginMs) throw new Error('the timers were not there before the first was due');
  const last = filled.firstId + BigInt(count) - 1n;
  await untilEnded(postgres, [filled], count);
  const { rows } = await client.query<{ ms: number }>(
    `select (extract(epoch from at - (${dueAt('(enrollment_id - $1 + 1)')})) * 1000)::float8 as ms
     from enrollments.timeline where enrollment_id between $1 and $2 and sequence = 1`,
    [filled.firstId, last],
  );
  return rows.map(({ ms }) => ms);
}
