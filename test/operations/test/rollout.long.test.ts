import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { topicOf } from '@drippulse/events';
import { type Api, createApi } from '@drippulse/harness';
import { readSettings } from '@drippulse/local/config';
import { type DistributedPlatform, type PlacedProcess, startDistributed } from '@drippulse/local/distributed-platform';
import { makeSecrets } from '@drippulse/local/secrets';
import { createLogger } from '@drippulse/observability';
import { startKafka, startRedis } from '@drippulse/servers';
import { eventually } from '@drippulse/testing';
import { processNames, publishers, type ServiceName, serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { scrape } from '../src/processes.ts';
import { type Balancer, startBalancer } from '../src/rollout/balancer.ts';
import { type ConsumerGroups, watchConsumerGroups } from '../src/rollout/consumer-groups.ts';
import { startLoad } from '../src/rollout/load.ts';
import { type CountingReceiver, repeated, startCountingReceiver } from '../src/rollout/receivers.ts';

const runtime = serviceOf('enrollments');
const deliverer = serviceOf('webhooks');
/** Each with its topic. */
const consumerGroups = [
  ...['workflows', 'crm'].map((noun) => [runtime, `drippulse.${noun}.v1`]),
  ...publishers.map(({ events }) => [deliverer, topicOf(events).name]),
].map(([group, topic = '']) => [`${group}.${topic}`, topic] as const);
/** The counter of the work of one process. */
const workOf: readonly (readonly [ServiceName, string])[] = [
  [runtime, 'drippulse_effects_total'],
  [deliverer, 'drippulse_webhook_attempts_total'],
];
const partitions = [0, 1, 2, 3, 4, 5, 6, 7];
const eventTypes = ['enrollment.started', 'enrollment.completed'];
const callbacksOfEnrollment = 2;
const drainMs = 60_000;

const kafka = await startKafka();
const redis = await startRedis();

if ('unavailable' in kafka) test.skip(`NOT RUN: ${kafka.unavailable}`, () => undefined);
else if ('unavailable' in redis) test.skip(`NOT RUN: ${redis.unavailable}`, () => undefined);
else describe('processes that come and go under load', () => rollouts(kafka, redis));

type Server = { stop(): Promise<void> };

function rollouts(broker: Server & { brokers: string[] }, limiter: Server & { url: string }): void {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'drippulse-rollout-'));
  let platform: DistributedPlatform;
  let running: PlacedProcess[];
  let balancer: Balancer;
  let callbacks: CountingReceiver;
  let hooks: CountingReceiver;
  let groups: ConsumerGroups;
  let api: Api;
  let workflowIds: number[];

  beforeAll(async () => {
    [callbacks, hooks, balancer] = await Promise.all([
      startCountingReceiver('idempotency-key', 50),
      startCountingReceiver('webhook-id', 50),
      startBalancer(),
    ]);
    const settings = readSettings({
      PORT: '0',
      DATA_DIR: dataDir,
      KAFKA_BROKERS: broker.brokers.join(','),
      REDIS_URL: limiter.url,
      RATE_LIMIT_PER_MINUTE: '60000',
      SHUTDOWN_DELAY_SECONDS: '3',
    });
    const secrets = makeSecrets();
    const log = createLogger({ level: 'silent' });
    platform = await startDistributed(settings, secrets, { log, onProgress: () => undefined, places: 3 });
    running = [...platform.processes];
    for (const process of running) if (process.service === 'gateway') balancer.add(process);
    groups = await watchConsumerGroups(platform.kafkaBrokers);
    api = createApi(balancer.url, secrets.apiKey);
    await eventually(async () => expect((await api.get('/api/v1/workflows')).status).toBe(200));
    for (const event_type of eventTypes) {
      expect((await api.post('/api/v1/webhooks', { url: hooks.url, event_type })).status).toBe(201);
    }
    workflowIds = [];
    for (const name of ['One', 'Two', 'Three', 'Four']) workflowIds.push(await createWorkflow(name));
  }, 240_000);
  afterAll(async () => {
    await groups?.stop();
    await platform?.stop();
    await Promise.all([callbacks, hooks, balancer, broker, limiter].map((part) => part?.stop()));
    rmSync(dataDir, { recursive: true, force: true });
  }, 120_000);

  test('every service is replaced, one process after the other: no request fails, no effect is lost or comes twice', async () => {
    const load = startLoad(api, { workflowIds, name: 'rolling' });
    const seconds: Record<string, number> = {};
    for (const service of processNames) {
      const [old] = replicasOf(service);
      const before = load.requests();
      await startReady(service);
      seconds[service] = await stop(old);
      expect(load.requests()).toBeGreaterThan(before);
    }
    expect(await load.stop()).toEqual([]);
    await everythingArrived(load.enrolled());
    console.log(
      `${load.requests()} requests, ${load.enrolled()} enrollments; out after, in s: ${JSON.stringify(seconds)}`,
    );
    expect(cutOff()).toEqual([]);
  }, 300_000);

  test('two and three processes of a service share its work, and nothing is done twice as they join and leave', async () => {
    const load = startLoad(api, { workflowIds, name: 'replicas' });
    const scaled = [runtime, deliverer];
    for (const replicas of [2, 3]) {
      await Promise.all(scaled.map(startReady));
      await untilShared(replicas);
    }
    await everyReplicaWorked();
    await Promise.all(scaled.map((service) => stop(replicasOf(service)[0])));
    await untilShared(2);
    expect(await load.stop()).toEqual([]);
    await everythingArrived(load.enrolled());
    await eventually(async () => {
      for (const [groupId, topic] of consumerGroups) {
        expect({ groupId, lag: await groups.lag(groupId, topic) }).toEqual({ groupId, lag: 0n });
      }
    });
    console.log(`${load.requests()} requests, ${load.enrolled()} enrollments`);
  }, 300_000);

  async function createWorkflow(name: string): Promise<number> {
    const callback = (step: string) => ({
      type: 'webhook_callback',
      name: step,
      config: { url: callbacks.url, payload: { ref: '{{ lead_ref }}' } },
    });
    const steps = [
      { type: 'trigger', name: 'Start' },
      callback('First'),
      { type: 'wait', name: 'Pause', config: { duration: 1, unit: 'seconds' } },
      callback('Second'),
    ];
    const created = await api.post('/api/v1/workflows', { name, status: 'active', steps });
    expect(created.status).toBe(201);
    return created.body.id;
  }

  const replicasOf = (service: ServiceName) => running.filter((process) => process.service === service);

  /** Every group has this many members, each with partitions of its own, and no partition is without one. */
  async function untilShared(replicas: number): Promise<void> {
    for (const [groupId, topic] of consumerGroups) {
      await eventually(
        async () => {
          const assigned = await groups.assignments(groupId, topic);
          expect({ groupId, members: assigned?.filter((own) => own.length > 0).length }).toEqual({
            groupId,
            members: replicas,
          });
          expect(assigned?.flat().sort()).toEqual(partitions);
        },
        { timeoutMs: 60_000 },
      );
    }
  }

  async function everyReplicaWorked(): Promise<void> {
    for (const [service, metric] of workOf) {
      const replicas = replicasOf(service);
      const work = await eventually(
        async () => {
          const counts = await Promise.all(replicas.map(({ opsPort }) => sumOf(opsPort, metric)));
          expect({ service, idle: counts.filter((count) => count === 0) }).toEqual({ service, idle: [] });
          return counts;
        },
        { timeoutMs: 60_000 },
      );
      console.log(`${service}: ${metric} by process: ${work.join(', ')}`);
    }
  }

  /** As a rollout does: the new process is ready before an old one stops. */
  async function startReady(service: ServiceName): Promise<PlacedProcess> {
    const started = await platform.startAnother(service);
    running.push(started);
    if (service === 'gateway') balancer.add(started);
    await eventually(async () => (await fetch(`http://127.0.0.1:${started.opsPort}/ready`)).ok, { timeoutMs: 60_000 });
    return started;
  }

  /** Seconds from SIGTERM to its end. */
  async function stop(process: PlacedProcess | undefined): Promise<number> {
    if (process === undefined) throw new Error('there is no process to stop');
    const askedAt = performance.now();
    running.splice(running.indexOf(process), 1);
    expect({ service: process.service, code: await process.stop() }).toEqual({ service: process.service, code: 0 });
    return Math.round((performance.now() - askedAt) / 100) / 10;
  }

  async function everythingArrived(enrolled: number): Promise<void> {
    await eventually(
      () => {
        expect({ callbacks: callbacks.arrivals.size, hooks: hooks.arrivals.size }).toEqual({
          callbacks: enrolled * callbacksOfEnrollment,
          hooks: enrolled * eventTypes.length,
        });
      },
      { timeoutMs: drainMs },
    );
    expect(repeated(callbacks.arrivals)).toEqual([]);
    expect(repeated(hooks.arrivals)).toEqual([]);
    callbacks.arrivals.clear();
    hooks.arrivals.clear();
  }

  /** Log lines of services about calls that they broke off. */
  function cutOff(): string[] {
    const lines = readdirSync(platform.logDir).flatMap((file) =>
      readFileSync(path.join(platform.logDir, file), 'utf8').split('\n'),
    );
    return lines.filter((line) => line.includes('calls cut off at shutdown'));
  }
}

/** All samples of a counter of one process. */
async function sumOf(opsPort: number, metric: string): Promise<number> {
  const lines = (await scrape(opsPort)).split('\n').filter((line) => line.startsWith(`${metric}{`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
