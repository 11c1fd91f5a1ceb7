import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Bench, Options } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { type Child, startChild } from '../services/child.ts';
import { type Services, startServices } from '../services/start-services.ts';
import { type BenchPostgres, startPostgres } from '../start-postgres.ts';
import type { Load, LoadReport } from './load-process.ts';
import { startTraceSink } from './start-trace-sink.ts';

const whole = { requests: 10_000, rounds: 5, warmUpRequests: 5_000 };
const short = { requests: 1_000, rounds: 2, warmUpRequests: 1_500 };
const concurrency = 16;

/** Ten steps, as in a sequence of mails. */
const steps = [
  { type: 'trigger', name: 'Start' },
  ...Array.from({ length: 9 }, (_, index) =>
    index % 2 === 0
      ? { type: 'wait', name: `Pause ${index}`, config: { duration: 2, unit: 'days' } }
      : {
          type: 'log',
          name: `Note ${index}`,
          config: { message: `{{ first_name }} of {{ company }} has had mail ${index}`, level: 'info' },
        },
  ),
];

/** The tracing settings of the production example. */
const productionValues = new URL('../../../../helm/drippulse/examples/production/values.yaml', import.meta.url);
const preload = new URL('../../../../libs/observability/src/tracing/preload.ts', import.meta.url);

/**
 * Measures the CPU time that the gateway and the service behind it take for a request, divided by the CPU time of one
 * bare handler. It is measured twice: without tracing, and with the tracing of the production example.
 */
export const gateway: Bench = async (options) => {
  const plain = await measureSetup(options, 'untraced');
  const traced = await measureSetup(options, 'traced');
  return {
    ...plain,
    traced_cpu_ratio: traced.cpu_ratio,
    traced_gateway_cpu_us: traced.gateway_cpu_us,
    traced_workflows_cpu_us: traced.workflows_cpu_us,
  };
};

async function measureSetup(options: Options, setup: 'untraced' | 'traced') {
  const { requests, rounds, warmUpRequests } = options.short ? short : whole;
  await using opened = new AsyncDisposableStack();
  const open = <T extends { stop(): Promise<void> }>(part: T) => opened.adopt(part, (each) => each.stop());
  const postgres = open(await startPostgres());
  const sink = open(await startTraceSink());
  const services = open(await (setup === 'traced' ? startTraced(postgres, sink.url) : startServices(postgres)));
  const bare = open(await startChild(new URL('bare-process.ts', import.meta.url), { DATABASE_URL: postgres.url }));
  const { id } = await services.api('POST', '/workflows', { name: 'Sequence', status: 'active', steps });
  const load = (port: number, count: number) =>
    runLoad({
      url: `http://127.0.0.1:${port}/api/v1/workflows/${id}`,
      apiKey: services.apiKey,
      requests: count,
      concurrency,
    });
  const measure = async (port: number, processes: readonly Child[]) => {
    const before = await Promise.all(processes.map((each) => each.cpuSeconds()));
    const report = await load(port, requests);
    const after = await Promise.all(processes.map((each) => each.cpuSeconds()));
    return { ...report, micros: after.map((seconds, index) => ((seconds - (before[index] ?? 0)) / requests) * 1e6) };
  };

  for (const { port } of [services.gateway, bare]) await load(port, warmUpRequests);
  const ours = [];
  const theirs = [];
  for (let round = 1; round <= rounds; round += 1) {
    options.progress(`gateway, ${setup}: round ${round} of ${rounds} …`);
    ours.push(await measure(services.gateway.port, [services.gateway, services.workflows]));
    theirs.push(await measure(bare.port, [bare]));
  }
  const [answer, bareAnswer] = [ours[0]?.lastBody, theirs[0]?.lastBody];
  if (answer !== bareAnswer) throw new Error(`not the same bytes:\n${answer}\n${bareAnswer}`);
  if (sink.batches() > 0 !== (setup === 'traced')) throw new Error(`${sink.batches()} batches of spans, ${setup}`);
  const median = <T>(runs: readonly T[], figure: (run: T) => number) => percentile(runs.map(figure), 0.5);
  const total = ({ micros }: { micros: number[] }) => micros.reduce((sum, each) => sum + each, 0);
  return {
    cpu_ratio: round(median(ours, total) / median(theirs, total), 2),
    gateway_cpu_us: round(median(ours, ({ micros }) => micros[0] ?? Number.NaN)),
    workflows_cpu_us: round(median(ours, ({ micros }) => micros[1] ?? Number.NaN)),
    bare_cpu_us: round(median(theirs, total)),
    requests_per_second: Math.round(median(ours, ({ seconds }) => requests / seconds)),
    bare_requests_per_second: Math.round(median(theirs, ({ seconds }) => requests / seconds)),
    p50_ms: round(median(ours, ({ p50Ms }) => p50Ms)),
    p99_ms: round(median(ours, ({ p99Ms }) => p99Ms)),
    answer_bytes: answer?.length ?? 0,
  };
}

/** Starts the services with tracing, with the share of kept traces of the production example. */
async function startTraced(postgres: BenchPostgres, collector: string): Promise<Services> {
  const share = /\btracing: .*\bshare: ([\d.]+)/.exec(await readFile(productionValues, 'utf8'))?.[1];
  if (share === undefined) throw new Error(`no share of traces in ${productionValues.pathname}`);
  return startServices(postgres, ['--import', fileURLToPath(preload)], {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_TRACES_SAMPLER_ARG: share,
  });
}

async function runLoad(load: Load): Promise<LoadReport> {
  const child = fork(fileURLToPath(new URL('load-process.ts', import.meta.url)), [JSON.stringify(load)]);
  const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the load ended with ${code}`)));
  failed.catch(() => undefined);
  const [report]: LoadReport[] = await Promise.race([once(child, 'message'), failed]);
  if (report === undefined) throw new Error('the load reported nothing');
  return report;
}
