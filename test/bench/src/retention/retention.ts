import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Bench } from '../bench.ts';
import { round } from '../measuring/percentile.ts';
import { until } from '../measuring/until.ts';
import { type Lateness, type Neighbour, spreadOf, startNeighbour } from '../runtime/neighbour.ts';
import { migrateRuntime, startRuntime } from '../runtime/start-runtime.ts';
import { startPostgres } from '../start-postgres.ts';

/**
 * During `windows`, nothing is pruned. A difference in the figures means something only if it is larger than the spread
 * of these windows.
 */
const whole = { enrollments: 990_000, windowSeconds: 20, windows: 4 };
const short = { enrollments: 300_000, windowSeconds: 6, windows: 1 };
/** Rest after a second process starts, before the measurement, because the start alone takes a core for a second. */
const settleMs = 1_500;
const mostSeconds = 180;
/** One of this many enrollments is still active and waits. */
const livingOf = 200;
const linesOfEach = 3;
const perSecond = 200;
const never = { historyDays: 36_500 };

/**
 * Measures the cost of pruning a partition for runs that move at the same time: how late an organization's waits end
 * while a second process starts and prunes nothing, and while it starts and prunes a partition of a million.
 */
export const retention: Bench = async ({ short: isShort, progress }) => {
  const { enrollments, windowSeconds, windows } = isShort ? short : whole;
  const postgres = await startPostgres();
  try {
    await migrateRuntime(postgres.url);
    const { client } = postgres;
    progress(`retention: ${enrollments} enrollments that ended 200 days ago …`);
    await fillHistory(client, enrollments);
    const bytesBefore = await historyBytes(client);
    const runtime = await startRuntime(postgres.url, { config: never });
    try {
      const seconds = (windowSeconds + 5) * windows + mostSeconds;
      const neighbour = await startNeighbour(client, runtime, { workflowId: 1n, perSecond, seconds });
      await sleep(4_000);
      progress('retention: a second process that prunes nothing …');
      const without: Lateness[] = [];
      for (let window = 0; window < windows; window += 1) {
        const until = () => sleep(windowSeconds * 1_000);
        without.push(await measure(postgres.url, neighbour, { config: never, until }));
      }
      progress('retention: a second process that prunes …');
      let prunedSeconds = Number.NaN;
      const during = await measure(postgres.url, neighbour, {
        config: {},
        async until(startedAt) {
          const options = { everyMs: 200, timeoutMs: (mostSeconds - 30) * 1_000 };
          await until('the partition is pruned', () => isPruned(client), options);
          prunedSeconds = (performance.now() - startedAt) / 1_000;
        },
      });
      const left = await linesLeft(client);
      const living = Math.floor(enrollments / livingOf);
      if (left.living !== living * linesOfEach)
        throw new Error(`${left.living} lines of ${living} living runs are left`);
      if (left.old > 0) throw new Error('lines of enrollments that ended are left');
      return {
        p99_ms: during.p99,
        p50_ms: during.p50,
        ...spreadOf('without', without),
        lines_pruned: (enrollments - living) * linesOfEach,
        lines_moved: left.living,
        seconds: round(prunedSeconds),
        freed_mb: Math.round((bytesBefore - (await historyBytes(client))) / 2 ** 20),
      };
    } finally {
      await runtime.stop();
    }
  } finally {
    await postgres.stop();
  }
};

type Window = {
  config: { historyDays?: number };
  until(startedAt: number): Promise<void>;
};

async function measure(url: string, neighbour: Neighbour, window: Window): Promise<Lateness> {
  const startedAt = performance.now();
  const second = await startRuntime(url, { config: window.config });
  try {
    await sleep(settleMs);
    const since = await neighbour.now();
    await window.until(startedAt);
    return await neighbour.latenessSince(since);
  } finally {
    await second.stop();
  }
}

/**
 * Fills the first partition with enrollments that ended long ago and a few runs that wait, so that all ids of the
 * partition are used.
 */
async function fillHistory(client: pg.Client, enrollments: number): Promise<void> {
  await client.query('set search_path = enrollments, public');
  await client.query(
    `insert into outcomes (workflow_id, enrollment_id, organization_id, ended_at, version, step_index, lines, mode, status)
     select 900, id, 900, now() - interval '200 days', 1, 2, $2::int, 'live', 'completed'
     from generate_series(1, $1::bigint) as id where id % $3 <> 0`,
    [enrollments, linesOfEach, livingOf],
  );
  await client.query(
    `insert into runs (workflow_id, enrollment_id, organization_id, next_run_at, wake_at, updated_at, entered_at, version, mode, step_index, phase, lines)
     select 900, id, 900, now() + interval '1 year', now() + interval '1 year', now(), now(), 1, 'live', 1, 'waiting', $2::int
     from generate_series(1, $1::bigint) as id where id % $3 = 0`,
    [enrollments, linesOfEach, livingOf],
  );
  await client.query(
    `insert into timeline (enrollment_id, at, sequence, step_index, attempt, version, status, message)
     select id, now() - interval '200 days', line, line, 1, 1, 'succeeded', 'Step ' || line || ' of the bench was done as it should be'
     from generate_series(1, $1::bigint) as id, generate_series(1, $2::int) as line`,
    [enrollments, linesOfEach],
  );
  await client.query(
    `insert into effects (enrollment_id, workflow_id, organization_id, created_at, step_index, attempt, effect_key, step_id, kind, status, request)
     select id, 900, 900, now() - interval '200 days', 1, 1, gen_random_uuid() || ':s1:1', 's1', 'webhook_callback', 'succeeded',
       '{"url":"https://example.com/hook","method":"POST","body":"{}"}'
     from generate_series(1, $1::bigint) as id where id % 5 = 0`,
    [enrollments],
  );
  await client.query(`select setval('enrollments_id_seq', 1000000)`);
  await client.query('vacuum analyze');
  await client.query('checkpoint');
}

/**
 * Returns whether pruning is done: an ended enrollment no longer has lines, and no replaced table is left. The query is
 * cheap, because it must not slow down the measured work.
 */
async function isPruned(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(
    `select from enrollments.timeline where enrollment_id = 1
     union all select from pg_class where relname ~ '_gone$' and relkind = 'r'`,
  );
  return rows.length === 0;
}

async function linesLeft(client: pg.Client): Promise<{ old: number; living: number }> {
  const { rows } = await client.query<{ old: number; living: number }>(
    `select (select count(*)::int from (select from enrollments.timeline where enrollment_id < 1000000 and enrollment_id % $1 <> 0 limit 1) as old) as old,
       (select count(*)::int from enrollments.timeline_lines where enrollment_id = any (array(select enrollment_id from enrollments.runs where workflow_id = 900))) as living`,
    [livingOf],
  );
  return rows[0] ?? { old: Number.NaN, living: Number.NaN };
}

async function historyBytes(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: number }>(
    `select sum(pg_total_relation_size(inhrelid))::float8 as bytes from pg_inherits
     where inhparent in ('enrollments.timeline'::regclass, 'enrollments.effects'::regclass)`,
  );
  return rows[0]?.bytes ?? Number.NaN;
}
