import { randomBytes } from 'node:crypto';
import { schemaOf, serviceOf } from '@drippulse/topology';
import pg from 'pg';
import type { Bench } from '../bench.ts';
import { round } from '../measuring/percentile.ts';
import { startServices } from '../services/start-services.ts';
import { startPostgres } from '../start-postgres.ts';
import { fillMails, untilStored } from './mails.ts';
import { startLoad, totalOf } from './start-load.ts';

const whole = { mails: 20_000, requests: 60_000, pacedSeconds: 20 };
const short = { mails: 2_000, requests: 6_000, pacedSeconds: 3 };
const concurrency = 64;
/** Hits per second in the measurement of latency: half of what a process must be able to handle. */
const pacedPerSecond = 1_000;

/**
 * Measures how many hits of pixels and links one gateway process and one process of the public role can take, and how
 * long a pixel takes at half of the rate that a process must be able to handle. The mails of the hits have been sent,
 * and every hit is stored in the end.
 */
export const tracking: Bench = async (options) => {
  const { mails, requests, pacedSeconds } = options.short ? short : whole;
  await using opened = new AsyncDisposableStack();
  const open = <T extends { stop(): Promise<void> }>(part: T) => opened.adopt(part, (each) => each.stop());
  const trackingKeys = randomBytes(32).toString('base64');
  const postgres = open(await startPostgres());
  const services = open(await startServices(postgres, [], { TRACKING_KEYS: trackingKeys, ROLE: 'public' }));
  const client = new pg.Client({
    connectionString: postgres.url,
    options: `-c search_path=${schemaOf(serviceOf('enrollments'))}`,
  });
  await client.connect();
  opened.defer(() => client.end());
  const publicUrl = `http://127.0.0.1:${services.gateway.port}`;
  const { pixels, both } = await fillMails(client, mails, { trackingKeys, publicUrl });

  options.progress('tracking: warming up …');
  const warm = await startLoad({ urls: both, requests: 2_000, concurrency }).done;
  options.progress(`tracking: ${requests} hits as fast as they go …`);
  const cpuBefore = await Promise.all([services.gateway.cpuSeconds(), services.runtime.cpuSeconds()]);
  const fast = await startLoad({ urls: both, requests, concurrency }).done;
  const cpuAfter = await Promise.all([services.gateway.cpuSeconds(), services.runtime.cpuSeconds()]);
  const paced = await startLoad({
    urls: pixels,
    requests: pacedPerSecond * pacedSeconds,
    concurrency: 256,
    perSecond: pacedPerSecond,
  }).done;
  const hits = [warm, fast, paced].reduce((sum, report) => sum + totalOf(report), 0);
  await untilStored(client, hits);
  const micros = (index: number) => (((cpuAfter[index] ?? 0) - (cpuBefore[index] ?? 0)) / requests) * 1e6;
  return {
    hits_per_second: Math.round(requests / fast.seconds),
    pixel_p50_ms: round(paced.p50Ms),
    pixel_p99_ms: round(paced.p99Ms),
    gateway_cpu_us: round(micros(0)),
    runtime_cpu_us: round(micros(1)),
    hits,
  };
};
