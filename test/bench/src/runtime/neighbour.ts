import type pg from 'pg';
import type { Figures } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { fillEnrollments, startLane } from './fill-enrollments.ts';
import type { Runtime } from './start-runtime.ts';

const steps = [
  { type: 'trigger', name: 'Start' },
  { type: 'wait', name: 'Pause', duration: 1, unit: 'hours' },
  { type: 'log', name: 'Note', message: '{{ first_name }} went on' },
];

/** The lateness of an organization's waits, which is the delay that the organization notices, in milliseconds. */
export type Lateness = { p50: number; p99: number };

/** Returns the medians over several windows in which nothing else happened, and the range of the windows' p99. */
export function spreadOf(name: string, windows: readonly Lateness[]): Figures {
  const p99 = windows.map((window) => window.p99);
  return {
    [`p50_ms_${name}`]: percentile(
      windows.map((window) => window.p50),
      0.5,
    ),
    [`p99_ms_${name}`]: percentile(p99, 0.5),
    [`p99_ms_${name}_least`]: percentile(p99, 0),
    [`p99_ms_${name}_most`]: percentile(p99, 1),
  };
}

/** An organization whose waits end one after the other from now on. */
export type Neighbour = {
  /** Returns the lateness of the waits that were due after `since`. Throws when one of these waits has not ended. */
  latenessSince(since: Date): Promise<Lateness>;
  /** Returns the time of the database. */
  now(): Promise<Date>;
};

/** Starts the neighbour: `perSecond` waits end each second, for `seconds`. */
export async function startNeighbour(
  client: pg.Client,
  runtime: Runtime,
  { workflowId, perSecond, seconds }: { workflowId: bigint; perSecond: number; seconds: number },
): Promise<Neighbour> {
  const now = async () =>
    (await client.query<{ now: Date }>('select clock_timestamp() as now')).rows[0]?.now ?? new Date();
  const start = new Date((await now()).getTime() + 2_000);
  const dueAt = (number: string) =>
    `timestamptz '${start.toISOString()}' + (${number}) * interval '${1_000 / perSecond} milliseconds'`;
  const count = perSecond * seconds;
  const place = { stepIndex: 1, phase: 'waiting' as const, dueAt: dueAt('n') };
  const filled = await fillEnrollments(client, { workflowId, steps, count, place });
  await startLane(client, runtime, filled);
  return {
    now,
    async latenessSince(since) {
      // Leaves out the waits of the last second, some of which are still under way.
      const until = new Date((await now()).getTime() - 1_000);
      const { rows } = await client.query<{ due: number; ended: number; p50: number; p99: number }>(
        `select count(*)::int as due, count(ended_at)::int as ended,
           percentile_cont(0.5) within group (order by late) as p50, percentile_cont(0.99) within group (order by late) as p99
         from (
           select ended_at, due_at, (extract(epoch from ended_at - due_at) * 1000)::float8 as late
           from (
             select id, ${dueAt('id - min(id) over () + 1')} as due_at from enrollments.enrollments where workflow_id = $1
           ) as timer
           left join enrollments.outcomes on outcomes.workflow_id = $1 and enrollment_id = id
         ) as timer
         where due_at between $2 and $3`,
        [workflowId, since, until],
      );
      const [{ due, ended, p50, p99 } = { due: 0, ended: 0, p50: Number.NaN, p99: Number.NaN }] = rows;
      if (due === 0 || ended !== due) throw new Error(`${ended} of ${due} waits of the neighbour have ended`);
      return { p50: round(p50), p99: round(p99) };
    },
  };
}
