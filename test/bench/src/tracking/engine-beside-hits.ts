import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { schemaOf, serviceOf } from '@drippulse/topology';
import pg from 'pg';
import type { Bench } from '../bench.ts';
import { runSteps, type StepsRun } from '../engine/run-steps.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { migrateRuntime, startRuntime } from '../runtime/start-runtime.ts';
import { startServices } from '../services/start-services.ts';
import { startPostgres } from '../start-postgres.ts';
import { moveTo } from './halves.ts';
import { fillMails, untilStored } from './mails.ts';
import { startLoad, totalOf } from './start-load.ts';

/** Number of mails. There are many, because more than a hundred hits of one mail in a minute would be dropped. */
const mails = 20_000;
const whole = { enrollments: 60_000, rounds: 5 };
const short = { enrollments: 20_000, rounds: 2 };
const concurrency = 64;
/** Number of hits in the load. It is larger than the number that can arrive while the steps run. */
const mostHits = 2_000_000;
/** Time that the load needs to reach its rate. */
const beginMs = 1_000;

/**
 * Measures steps of an engine, alternately alone and alongside as many hits as processes of the public role can take.
 * The engine and the database run on one half of the cores, as in a Deployment with its own CPU; the gateway, the
 * public role and the load run on the other half.
 */
export const engineBesideHits: Bench = async (options) => {
  const { enrollments, rounds } = options.short ? short : whole;
  await using opened = new AsyncDisposableStack();
  const open = <T extends { stop(): Promise<void> }>(part: T) => opened.adopt(part, (each) => each.stop());
  const trackingKeys = randomBytes(32).toString('base64');
  const isDivided = await moveTo('first half');
  opened.defer(async () => void (await moveTo('all')));
  const postgres = open(await startPostgres());
  await migrateRuntime(postgres.url);
  const engine = open(await startRuntime(postgres.url, { config: { role: 'engine' } }));
  await moveTo('second half');
  const services = open(await startServices(postgres, [], { TRACKING_KEYS: trackingKeys, ROLE: 'public' }));
  const client = new pg.Client({
    connectionString: postgres.url,
    options: `-c search_path=${schemaOf(serviceOf('enrollments'))}`,
  });
  await client.connect();
  opened.defer(() => client.end());
  const publicUrl = `http://127.0.0.1:${services.gateway.port}`;
  const { both: urls } = await fillMails(client, mails, { trackingKeys, publicUrl });

  let workflowId = 0n;
  let hits = 0;
  const run = () => {
    workflowId += 1n;
    return runSteps(postgres, engine, { workflowId, enrollments });
  };
  const rates: number[] = [];

  async function besideHits(): Promise<StepsRun> {
    const load = startLoad({ urls, requests: mostHits, concurrency });
    await sleep(beginMs);
    const steps = await run();
    const report = await load.stop();
    hits += totalOf(report);
    rates.push(totalOf(report) / report.seconds);
    return steps;
  }

  options.progress('engine-beside-hits: warming up …');
  await run();
  await besideHits();
  rates.length = 0;
  const alone: StepsRun[] = [];
  const beside: StepsRun[] = [];
  for (let count = 1; count <= rounds; count += 1) {
    options.progress(`engine-beside-hits: round ${count} of ${rounds} …`);
    alone.push(await run());
    beside.push(await besideHits());
  }
  await untilStored(client, hits);
  const median = (runs: readonly StepsRun[], figure: (one: StepsRun) => number) => percentile(runs.map(figure), 0.5);
  const rateOf = ({ steps, seconds }: StepsRun) => steps / seconds;
  const cpuOf = ({ cpuSeconds, steps }: StepsRun) => (cpuSeconds / steps) * 1e6;
  const databaseOf = ({ databaseCpuSeconds, steps }: StepsRun) => (databaseCpuSeconds / steps) * 1e6;
  const hitsPerSecond = percentile(rates, 0.5);
  const hitsPerStep = hitsPerSecond / median(beside, rateOf);
  return {
    hits_per_second: Math.round(hitsPerSecond),
    steps_per_second_alone: Math.round(median(alone, rateOf)),
    steps_per_second_beside: Math.round(median(beside, rateOf)),
    ratio_alone: round(median(beside, rateOf) / median(alone, rateOf), 2),
    engine_cpu_us_alone: round(median(alone, cpuOf)),
    engine_cpu_us_beside: round(median(beside, cpuOf)),
    database_cpu_us_per_step: round(median(alone, databaseOf)),
    database_cpu_us_per_hit: round((median(beside, databaseOf) - median(alone, databaseOf)) / hitsPerStep),
    hits,
    divided: isDivided ? 'yes' : 'no',
  };
};
