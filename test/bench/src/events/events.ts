import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bench, Figures } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { until } from '../measuring/until.ts';
import type { Api } from '../services/api.ts';
import { type Services, startServices } from '../services/start-services.ts';
import { type BenchPostgres, startPostgres } from '../start-postgres.ts';
import { emailOf, matchesOf, names, orderOf, segments } from './load-events.ts';
import type { Load, LoadReport } from './load-process.ts';

/** Numbers of enrollments. Half of the waiting enrollments wait for one event and half for two. */
const whole = { waiting: 100_000, warmUp: 2_000, atRate: 20_000, fast: 40_000 };
const short = { waiting: 20_000, warmUp: 1_000, atRate: 4_000, fast: 8_000 };
const eventsPerSecond = 2_000;
const rowsOfCall = 10_000;
const timeout = { duration: 300, unit: 'days' };

/**
 * Measures how many events per second are accepted while many enrollments wait and 200 workflows listen with filters.
 * Each event has up to three matches. Also measures the time from the acceptance of an event to the step after the wait
 * that it ends.
 */
export const events: Bench = async (options) => {
  const sizes = options.short ? short : whole;
  await using opened = new AsyncDisposableStack();
  const open = <T extends { stop(): Promise<void> }>(part: T) => opened.adopt(part, (each) => each.stop());
  const postgres = open(await startPostgres());
  const services = open(await startServices(postgres));
  options.progress(`events: ${sizes.waiting} enrollments begin to wait …`);
  await listen(services.api);
  await wait(postgres, services.api, sizes.waiting);
  const load = createLoads(postgres, services);
  await load(sizes.warmUp, undefined);
  options.progress(`events: ${eventsPerSecond} a second …`);
  const atRate = await load(sizes.atRate, eventsPerSecond);
  options.progress('events: as fast as they are answered …');
  const fast = await load(sizes.fast, undefined);
  return {
    events_per_second: Math.round(fast.perSecond),
    resumed_p99_ms: round(percentile(atRate.resumedMs, 0.99)),
    resumed_p50_ms: round(percentile(atRate.resumedMs, 0.5)),
    rate_per_second: Math.round(atRate.perSecond),
    sent_late_ms: round(atRate.lateMs),
    single_p99_ms: round(atRate.singleP99Ms),
    batch_p99_ms: round(atRate.batchP99Ms),
    resumed_p99_ms_fast: round(percentile(fast.resumedMs, 0.99)),
    ...fast.cpu,
    runtime_peak_memory_mb: await services.runtime.peakMemoryMb(),
  };
};

/** Makes ten workflows for each name. At most one of the ten has a filter that accepts a given event. */
async function listen(api: Api): Promise<void> {
  for (const event_name of names) {
    for (let segment = 0; segment < segments; segment += 1) {
      const conditions = [
        { field: 'properties.segment', operator: 'equals', value: segment },
        { field: 'properties.amount', operator: 'greater_than', value: 10 },
      ];
      const trigger = { type: 'trigger', name: 'Start', config: { kind: 'event', event_name, filter: { conditions } } };
      const pause = { type: 'wait', name: 'Pause', config: { duration: 30, unit: 'days' } };
      await api('POST', '/workflows', { name: `${event_name} ${segment}`, status: 'active', steps: [trigger, pause] });
    }
  }
}

async function wait(postgres: BenchPostgres, api: Api, waiting: number): Promise<void> {
  const match = { conditions: [{ field: 'properties.order', operator: 'equals', value: '{{ order }}' }] };
  const forOrder = { event_name: 'order.paid', match, timeout };
  const forAny = { events: [{ event_name: 'order.paid' }, { event_name: 'page.visited' }], timeout };
  for (let first = 0; first < waiting / 2; first += rowsOfCall) {
    const contacts = Array.from({ length: rowsOfCall }, (_, index) => ({
      email: emailOf(first + index),
      order: orderOf(first + index),
    }));
    for (const config of [forOrder, forAny]) {
      const steps = [
        { id: 'waits', type: 'wait_for_event', name: 'Waits', config },
        { type: 'wait', name: 'Pause', config: { duration: 30, unit: 'days' } },
      ];
      const { id } = await api('POST', '/workflows', { name: 'Waits', status: 'active', steps });
      await api('POST', `/workflows/${id}/enrollments/bulk`, { contacts });
    }
  }
  await until('all wait', async () => {
    const { rows } = await postgres.client.query<{ count: string }>(`
      select count(*) from enrollments.runs where phase = 'parked'`);
    return Number(rows[0]?.count) === waiting;
  });
  await postgres.client.query('vacuum analyze');
}

/** Creates the function that sends loads one after the other. Each load has persons of its own. */
function createLoads(postgres: BenchPostgres, { gateway, runtime, apiKey }: Services) {
  const processes = { gateway, runtime, database: postgres };
  const base = `http://127.0.0.1:${gateway.port}/api/v1`;
  let next = 0;
  /** Sends events, and waits until all enrollments that they resumed have moved on. */
  return async (count: number, perSecond: number | undefined) => {
    const first = next;
    next += count;
    const before = await spent(processes);
    const since = await databaseTime(postgres);
    const report = await runLoad({ base, apiKey, first, count, perSecond });
    const { resumedMs, lastMs } = await untilResumed(postgres, since, { first, count });
    const after = await spent(processes);
    const cpu: Figures = {};
    for (const name of ['gateway', 'runtime', 'database'] as const)
      cpu[`${name}_cpu_us_per_event`] = round(((after[name] - before[name]) / count) * 1e6);
    return { ...report, perSecond: count / Math.max(report.seconds, lastMs / 1000), resumedMs, cpu };
  };
}

async function databaseTime({ client }: BenchPostgres): Promise<Date> {
  const { rows } = await client.query<{ now: Date }>("select date_trunc('milliseconds', clock_timestamp()) as now");
  return rows[0]?.now ?? new Date(0);
}

type Outcome = { events: string; resumed: string; started: string; times: number[] | null; last_ms: number | null };

/**
 * Returns, for each enrollment that an event resumed, the milliseconds from the acceptance of the event to the step
 * after the wait. Also returns the milliseconds from the start to the last such step.
 */
async function untilResumed(
  { client }: BenchPostgres,
  since: Date,
  { first, count }: { first: number; count: number },
): Promise<{ resumedMs: number[]; lastMs: number }> {
  const expected = { resumed: 0, started: 0 };
  for (let event = first; event < first + count; event += 1) {
    const { resumed, started } = matchesOf(event);
    expected.resumed += resumed;
    expected.started += started;
  }
  let outcome: Outcome | undefined;
  const isDone = async () => {
    const { rows } = await client.query<Outcome>(outcomeQuery, [since]);
    [outcome] = rows;
    if (outcome === undefined) return false;
    const { events, resumed, started, times } = outcome;
    if (Number(events) > count || Number(resumed) > expected.resumed) throw new Error('more than were sent');
    return Number(events) === count && Number(started) === expected.started && times?.length === expected.resumed;
  };
  await until('all events are accepted, and all who waited have gone on', isDone, { everyMs: 200 });
  return { resumedMs: outcome?.times ?? [], lastMs: outcome?.last_ms ?? Number.NaN };
}

const outcomeQuery = `
  with accepted as materialized (
    select id, accepted_at from enrollments.events where accepted_at >= $1
  ), answered as materialized (
    select accepted.accepted_at, answers from accepted
    join enrollments.event_answers as answer on event_id = id and answer.accepted_at = accepted.accepted_at
  ), resumed as materialized (
    select accepted_at, (one->>1)::bigint as enrollment_id
    from answered cross join json_array_elements(answers->'resumed') as one
  ), moved as materialized (
    select resumed.accepted_at, min(line.at) as at
    from resumed
    join enrollments.timeline as line on line.enrollment_id = resumed.enrollment_id and line.at >= resumed.accepted_at
    group by resumed.enrollment_id, resumed.accepted_at
  )
  select (select count(*) from accepted) as events, (select count(*) from resumed) as resumed,
    (select coalesce(sum(json_array_length(answers->'started')), 0) from answered
      where answers->'started' is not null) as started,
    (select array_agg((extract(epoch from at - accepted_at) * 1000)::float8) from moved) as times,
    (select extract(epoch from max(at) - $1) * 1000 from moved)::float8 as last_ms`;

async function spent(o: Record<'gateway' | 'runtime' | 'database', { cpuSeconds(): Promise<number> }>) {
  return {
    gateway: await o.gateway.cpuSeconds(),
    runtime: await o.runtime.cpuSeconds(),
    database: await o.database.cpuSeconds(),
  };
}

async function runLoad(load: Load): Promise<LoadReport> {
  const child = fork(fileURLToPath(new URL('load-process.ts', import.meta.url)), [JSON.stringify(load)]);
  const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the load ended with ${code}`)));
  failed.catch(() => undefined);
  const [report]: LoadReport[] = await Promise.race([once(child, 'message'), failed]);
  if (report === undefined) throw new Error('the load reported nothing');
  return report;
}
