import { setTimeout as sleep } from 'node:timers/promises';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { rebuildAt } from '@drippulse/analytics/rebuild';
import { AnalyticsMetricName } from '@drippulse/proto/drippulse/analytics/v1/analytics_pb';
import { ReportFormat, ReportStatus, ReportType } from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import type { Bench } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { until } from '../measuring/until.ts';
import type { Child } from '../services/child.ts';
import { type BenchPostgres, startPostgres } from '../start-postgres.ts';
import { askChart, askFunnel, askMetrics } from './ask.ts';
import { days, loadFacts } from './load-facts.ts';
import { loadSteps } from './load-steps.ts';
import { openPublisher } from './publish.ts';
import { type Analytics, prepareAnalytics } from './start-analytics.ts';

const whole = {
  events: 300_000,
  seconds: 20,
  facts: 20_000_000,
  others: 30_000_000,
  reads: 200,
  reports: 100,
  stepDays: days,
};
const short = { events: 20_000, seconds: 3, facts: 100_000, others: 50_000, reads: 15, reports: 10, stepDays: 10 };

/** Events per second in the measurement of lag: half of the target rate. */
const rate = 5_000;
const beat = 100;
const batch = 1_000;
/** Number of charts between two checks of the queue of reports. */
const chartsBetween = 20;
const dayMs = 86_400_000;
const patience = { timeoutMs: 600_000, everyMs: 20 };

/**
 * Measures how many facts per second one process of analytics counts; the time until an event of a steady load is
 * counted; the time of a rebuild, which counts the raw facts of a year while the service runs; and charts and totals
 * over random ranges of these facts, with warm and with empty buffers of PostgreSQL.
 */
export const analytics: Bench = async ({ short: isShort, sizes: asked, progress }) => {
  const sizes = { ...(isShort ? short : whole), ...asked };
  const postgres = await startPostgres();
  const service = await prepareAnalytics(postgres);
  let child: Child | undefined;
  try {
    const counted = await measureFacts(postgres, service, sizes, progress);
    progress(`analytics: ${sizes.facts} facts and ${sizes.others} of others …`);
    await loadFacts(postgres, { ...sizes, progress });
    await loadSteps(postgres, sizes.stepDays);
    child = await service.start();
    const [startedAt, cpuBefore] = [performance.now(), await postgres.cpuSeconds()];
    await rebuildAt(postgres.url, (line) => progress(`analytics: ${line}`));
    const rebuildSeconds = (performance.now() - startedAt) / 1_000;
    const rebuildCpuSeconds = (await postgres.cpuSeconds()) - cpuBefore;
    await postgres.client.query('vacuum analyze');
    const warm = await measureReads(service, sizes.reads);
    await audit(postgres, service);
    progress(`analytics: beside ${sizes.reports} reports …`);
    const beside = await measureBeside(service, sizes.reports);
    progress('analytics: with empty buffers …');
    await postgres.restart();
    const cold = await measureReads(service, sizes.reads);
    return {
      ...counted,
      rebuild_s: round(rebuildSeconds),
      rebuild_database_cpu_us_per_fact: round((rebuildCpuSeconds / (sizes.facts + sizes.others)) * 1e6),
      rebuilt_per_second: Math.round((sizes.facts + sizes.others) / rebuildSeconds),
      charts_p95_ms: warm.charts,
      metrics_p95_ms: warm.metrics,
      funnel_p95_ms: warm.funnel,
      charts_beside_reports_ratio: round(beside / warm.charts, 2),
      charts_cold_p95_ms: cold.charts,
      metrics_cold_p95_ms: cold.metrics,
      funnel_cold_p95_ms: cold.funnel,
      facts: sizes.facts,
      facts_of_others: sizes.others,
    };
  } finally {
    await child?.stop();
    await service.stop();
    await postgres.stop();
  }
};

/** Measures a backlog of events that wait for the process, and then events at a steady rate. */
async function measureFacts(
  postgres: BenchPostgres,
  service: Analytics,
  { events, seconds }: { events: number; seconds: number },
  progress: (line: string) => void,
) {
  const publisher = await openPublisher(postgres.url);
  progress(`analytics: ${events} events …`);
  for (let sent = 0; sent < events; sent += batch) await publisher.publish(batch);
  const child = await service.start();
  try {
    await until('the first facts', async () => (await countFacts(postgres)) > 0, patience);
    const [first, startedAt, cpuBefore] = [await countFacts(postgres), performance.now(), await child.cpuSeconds()];
    await until('every fact', async () => (await countFacts(postgres)) === events, patience);
    const [tookMs, cpu] = [performance.now() - startedAt, (await child.cpuSeconds()) - cpuBefore];
    progress(`analytics: ${rate} events a second for ${seconds} s …`);
    const lags = await measureLag(postgres, publisher, { events, seconds });
    return {
      facts_per_second: Math.round(((events - first) / tookMs) * 1_000),
      cpu_us_per_fact: round((cpu / (events - first)) * 1e6),
      lag_p95_ms: Math.round(percentile(lags, 0.95)),
      peak_memory_mb: await child.peakMemoryMb(),
    };
  } finally {
    await child.stop();
    await publisher.close();
  }
}

/** Returns the time from sending each event until it is included in the sums. */
async function measureLag(
  postgres: BenchPostgres,
  publisher: Awaited<ReturnType<typeof openPublisher>>,
  { events, seconds }: { events: number; seconds: number },
): Promise<number[]> {
  const waiting: { total: number; sentAt: number }[] = [];
  const lags: number[] = [];
  const startedAt = performance.now();
  const beats = (seconds * 1_000) / beat;
  const sending = (async () => {
    for (let n = 1; n <= beats; n += 1) {
      await sleep(Math.max(0, startedAt + n * beat - performance.now()));
      const sentAt = performance.now();
      await publisher.publish((rate * beat) / 1_000);
      waiting.push({ total: events + (n * rate * beat) / 1_000, sentAt });
    }
  })();
  await until(
    'every event of the load',
    async () => {
      const count = await countFacts(postgres);
      const now = performance.now();
      while ((waiting[0]?.total ?? Number.POSITIVE_INFINITY) <= count)
        lags.push(now - (waiting.shift()?.sentAt ?? now));
      return lags.length === beats;
    },
    patience,
  );
  await sending;
  return lags;
}

/** Counts the facts of published events that are in the sums. The table of sums is small, so polling costs little. */
async function countFacts({ client }: BenchPostgres): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select coalesce(sum(count), 0)::int as count from analytics.rollup_days
     where organization_id > 100 and mode = 'live' and dimension = 0 and workflow_id = 0`,
  );
  return rows[0]?.count ?? 0;
}

type Reads = { charts: number; metrics: number; funnel: number };

async function measureReads(service: Analytics, reads: number): Promise<Reads> {
  const charts = await times(reads, () => askChart(service));
  const metrics = await times(reads, () => askMetrics(service));
  const funnels = await times(reads, () => askFunnel(service));
  return {
    charts: round(percentile(charts, 0.95)),
    metrics: round(percentile(metrics, 0.95)),
    funnel: round(percentile(funnels, 0.95)),
  };
}

/** Returns the time of charts while the service works through a queue of reports. */
async function measureBeside({ reports, ...service }: Analytics, count: number): Promise<number> {
  const types = [ReportType.WORKFLOW_PERFORMANCE, ReportType.EMAIL_ENGAGEMENT];
  for (let n = 0; n < count; n += 1) {
    await reports.generateReport({ type: types[n % types.length], format: ReportFormat.PDF });
  }
  const found: number[] = [];
  const isBusy = async () => (await reports.listReports({ status: ReportStatus.QUEUED, limit: 1 })).reports.length > 0;
  do {
    for (let n = 0; n < chartsBetween; n += 1) found.push(await askChart({ reports, ...service }));
  } while (await isBusy());
  return percentile(found, 0.95);
}

async function times(count: number, ask: () => Promise<number>): Promise<number[]> {
  const found: number[] = [];
  for (let n = 0; n < count; n += 1) found.push(await ask());
  return found;
}

/** Checks that the totals over the whole time equal the number of raw facts. */
async function audit({ client }: BenchPostgres, service: Analytics): Promise<void> {
  const { metrics } = await service.analytics.getAnalyticsMetrics({
    from: timestampFromDate(new Date(Date.now() - (days + 2) * dayMs)),
    to: timestampFromDate(new Date()),
  });
  const answered = metrics.find(({ name }) => name === AnalyticsMetricName.ENROLLMENTS_STARTED)?.value;
  const { rows } = await client.query<{ count: number }>(
    'select count(*)::int as count from analytics.facts where organization_id = 1 and kind = 1',
  );
  if (answered !== rows[0]?.count) throw new Error(`${answered} of ${rows[0]?.count} enrollments are in the answer`);
}
