import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { topicOf } from '@drippulse/events';
import { type Api, createApi, readsThatSucceed } from '@drippulse/harness';
import { readSettings } from '@drippulse/local/config';
import { type DistributedPlatform, type PlacedProcess, startDistributed } from '@drippulse/local/distributed-platform';
import { makeSecrets } from '@drippulse/local/secrets';
import { createLogger } from '@drippulse/observability';
import { startKafka, startRedis } from '@drippulse/servers';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import {
  consumersOf,
  owners,
  processNames,
  processOf,
  publicService,
  publishers,
  type ServiceName,
  serviceNames,
  serviceOf,
} from '@drippulse/topology';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { scrape } from '../src/processes.ts';
import { type Balancer, startBalancer } from '../src/rollout/balancer.ts';
import { type ConsumerGroups, watchConsumerGroups } from '../src/rollout/consumer-groups.ts';
import { followHints, type HintFollower } from '../src/rollout/hint-follower.ts';
import { startHintedChanges } from '../src/rollout/hinted-changes.ts';
import { startLoad } from '../src/rollout/load.ts';
import { type CountingReceiver, repeated, startCountingReceiver } from '../src/rollout/receivers.ts';
import { startWorks } from '../src/rollout/works.ts';

const runtime = serviceOf('enrollments');
const deliverer = serviceOf('webhooks');
/** The consumer groups that must exist according to the table of services, each with its service and topic. */
const groupsOfTable = publishers.flatMap(({ name, events }) =>
  consumersOf(name).map((service) => ({ service, topic: topicOf(events).name })),
);
/** The counter that shows whether a process has worked, for services that do more than respond to calls. */
const workOf: Partial<Record<ServiceName, string>> = {
  [runtime]: 'drippulse_effects_total',
  [deliverer]: 'drippulse_webhook_attempts_total',
};
const callsServed = 'drippulse_rpc_duration_seconds_count';
const partitions = [0, 1, 2, 3, 4, 5, 6, 7];
const eventTypes = ['enrollment.started', 'enrollment.completed'];
const callbacksOfEnrollment = 2;
const drainMs = 180_000;
jest.setTimeout(900_000);

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
  let worked: Receiver;
  let reads: string[];
  /** Number of live enrollments that were started so far. Analytics must count all of them. */
  let started = 0;
  let groups: ConsumerGroups;
  let api: Api;
  let secrets: ReturnType<typeof makeSecrets>;
  let workflowIds: number[];

  beforeAll(async () => {
    [callbacks, hooks, worked, balancer] = await Promise.all([
      startCountingReceiver('idempotency-key', 50),
      startCountingReceiver('webhook-id', 50),
      startReceiver(),
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
    secrets = makeSecrets();
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
    reads = await readsThatSucceed(async (path) => (await api.get(path)).status === 200);
    workflowIds = [];
    for (const name of ['One', 'Two', 'Three', 'Four']) workflowIds.push(await createWorkflow(name));
  });
  afterAll(async () => {
    await groups?.stop();
    await platform?.stop();
    await Promise.all([callbacks, hooks, worked, balancer, broker, limiter].map((part) => part?.stop()));
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('every service is replaced, one process after the other: no request fails, no effect is lost or comes twice', async () => {
    const load = startLoads('rolling');
    const seconds: Record<string, number> = {};
    for (const service of processNames) {
      const [old] = replicasOf(service);
      const before = load.requests();
      await startReady(service);
      seconds[service] = await stop(old);
      expect(load.requests()).toBeGreaterThan(before);
    }
    await load.stop();
    console.log(`out after, in s: ${JSON.stringify(seconds)}`);
    expect(cutOff()).toEqual([]);
  });

  test('every service is replaced, one process after the other: every change is hinted at, and no client has to read all again', async () => {
    const testKey = (await api.post('/api/v1/api_keys', { mode: 'test' })).body.key;
    const workflowId = await createWaiting();
    // Follows topics that the load of this file does not change. `webhooks` is not one of them, because webhook
    // attempts of the load cause hints about live webhooks.
    const live = await followHints(balancer.url, {
      topics: ['workflows', 'accounts', `enrollments:${workflowId}`],
      token: secrets.apiKey,
    });
    const tests = await followHints(balancer.url, { topics: ['webhooks'], token: testKey });
    let webhookId: string | undefined;
    const changes = [
      startHintedChanges(live, {
        workflows: (round) => created('/api/v1/workflows', { name: `Hinted ${round}` }),
        accounts: (round) => created('/api/v1/crm/accounts', { name: `Hinted ${round}` }),
        [`enrollments:${workflowId}`]: (round) => enrollOne(workflowId, `hinted-${round}`),
      }),
      startHintedChanges(tests, {
        webhooks: async () => {
          // An organization may have 100 webhooks. On a slow machine there is time to make more, so the earlier one is
          // deleted.
          if (webhookId !== undefined) await api.as(testKey).delete(`/api/v1/webhooks/${webhookId}`);
          webhookId = await created('/api/v1/webhooks', { url: hooks.url, event_type: eventTypes[0] }, testKey);
          return webhookId;
        },
      }),
    ];
    for (const service of processNames) {
      const [old] = replicasOf(service);
      await startReady(service);
      await stop(old);
    }
    const counts = await Promise.all(changes.map((each) => each.stop()));
    const hinted: Record<string, number> = Object.assign({}, ...counts);
    console.log(`hinted at: ${JSON.stringify(hinted)}`);
    for (const follower of [live, tests]) {
      await follower.stop();
      // The client's gateway was replaced once.
      expect(follower.ends()).toEqual(['restarting']);
      expect(resyncsOf(follower)).toEqual([]);
    }
    // A webhook got an event about the start of each waiting enrollment.
    const waiting = hinted[`enrollments:${workflowId}`] ?? 0;
    started += waiting;
    await everythingArrived({ callbacks: 0, hooks: waiting });
  });

  test('two processes of each service, and three of the busiest, share its work, and nothing is done twice as they join and leave', async () => {
    const load = startLoads('replicas');
    await Promise.all(processNames.map(startReady));
    await untilShared();
    await Promise.all([runtime, deliverer].map(startReady));
    await untilShared();
    await everyReplicaWorked();
    await Promise.all(processNames.map((service) => stop(replicasOf(service)[0])));
    await untilShared();
    await load.stop();
    await eventually(
      async () => {
        for (const { groupId, topic } of await consumerGroups()) {
          expect({ groupId, lag: await groups.lag(groupId, topic) }).toEqual({ groupId, lag: 0n });
        }
      },
      { timeoutMs: drainMs },
    );
  });

  test('after all that, analytics has counted every enrollment once', async () => {
    await eventually(
      async () => {
        const { metrics } = (await api.get('/api/v1/analytics/metrics')).body;
        expect(metrics).toContainEqual(expect.objectContaining({ name: 'enrollments_started', value: started }));
      },
      { timeoutMs: drainMs },
    );
  });

  /**
   * Starts the load of enrollments and reads, and at the same time pieces of work of every service. `stop` checks that
   * everything was done exactly once.
   */
  function startLoads(name: string) {
    const load = startLoad(api, { workflowIds, name, reads });
    const works = startWorks(api, worked.url);
    return {
      requests: () => load.requests(),
      async stop(): Promise<void> {
        const [failures, { done, failures: unfinished }] = await Promise.all([load.stop(), works.stop()]);
        expect([...failures, ...unfinished]).toEqual([]);
        expect(Object.keys(done).sort()).toEqual(owners.map((owner) => owner.name).sort());
        const byWork = done[runtime] ?? 0;
        const enrolled = load.enrolled();
        started += enrolled + byWork;
        await everythingArrived({
          callbacks: enrolled * callbacksOfEnrollment,
          hooks: (enrolled + byWork) * eventTypes.length,
        });
        console.log(`${load.requests()} requests, ${enrolled} enrollments, pieces of work: ${JSON.stringify(done)}`);
      },
    };
  }

  /** Creates a resource, and returns the id of the resource. */
  async function created(path: string, body: object, token = secrets.apiKey): Promise<string> {
    const answer = await api.as(token).post(path, body);
    expect(answer).toMatchObject({ status: 201 });
    return String(answer.body.id);
  }

  async function enrollOne(workflowId: string, ref: string): Promise<string> {
    const path = `/api/v1/workflows/${workflowId}/enrollments/bulk`;
    const answer = await api.post(path, { contacts: [{ email: 'ada@example.com', lead_ref: ref }] });
    expect(answer).toMatchObject({ status: 201 });
    return String(answer.body.enrollment_ids[0]);
  }

  const resyncsOf = (follower: HintFollower) => follower.hints().filter(({ kind }) => kind === 'resync');

  /** Makes a workflow whose enrollments start, wait, and then do not change any more. */
  function createWaiting(): Promise<string> {
    const wait = { type: 'wait', name: 'Pause', config: { duration: 1, unit: 'days' } };
    const steps = [{ type: 'trigger', name: 'Start' }, wait];
    return created('/api/v1/workflows', { name: 'Waiting', status: 'active', steps });
  }

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

  /**
   * Returns the groups of the platform at the broker: the groups of the table, and the groups for usage and the audit
   * trail.
   */
  async function consumerGroups(): Promise<{ groupId: string; service: ServiceName; topic: string }[]> {
    const found = (await groups.list()).flatMap((groupId) => {
      const service = serviceNames.find((name) => groupId.startsWith(`${name}.`));
      return service === undefined ? [] : [{ groupId, service, topic: groupId.slice(service.length + 1) }];
    });
    expect(found).toEqual(expect.arrayContaining(groupsOfTable.map((group) => expect.objectContaining(group))));
    return found;
  }

  /**
   * Waits until every group has a member in each process of its service, every member has partitions, and every
   * partition has a member.
   */
  async function untilShared(): Promise<void> {
    for (const { groupId, service, topic } of await consumerGroups()) {
      const replicas = replicasOf(processOf(service)).length;
      await eventually(
        async () => {
          const assigned = await groups.assignments(groupId, topic);
          expect({ groupId, members: assigned?.filter((own) => own.length > 0).length }).toEqual({
            groupId,
            members: replicas,
          });
          expect(assigned?.flat().sort()).toEqual(partitions);
        },
        { timeoutMs: 180_000 },
      );
    }
  }

  async function everyReplicaWorked(): Promise<void> {
    // Clients keep their connections, so a new gateway process gets only new connections. Each process is therefore
    // called directly.
    for (const { publicPort } of replicasOf(publicService)) {
      const direct = createApi(`http://127.0.0.1:${publicPort}`, secrets.apiKey);
      expect(await direct.get('/api/v1/webhooks')).toMatchObject({ status: 200 });
    }
    const lines: string[] = [];
    for (const service of processNames.filter((name) => name !== publicService)) {
      const metric = workOf[service] ?? callsServed;
      const work = await eventually(
        async () => {
          const counts = await Promise.all(replicasOf(service).map(({ opsPort }) => sumOf(opsPort, metric)));
          expect({ service, idle: counts.filter((count) => count === 0) }).toEqual({ service, idle: [] });
          return counts;
        },
        { timeoutMs: 180_000 },
      );
      lines.push(`${service} ${work.join(', ')}`);
    }
    console.log(`work by process: ${lines.join('; ')}`);
  }

  /** Starts a process and waits until it is ready, as a rollout does before it stops an old process. */
  async function startReady(service: ServiceName): Promise<PlacedProcess> {
    const started = await platform.startAnother(service);
    running.push(started);
    if (service === 'gateway') balancer.add(started);
    await eventually(async () => (await fetch(`http://127.0.0.1:${started.opsPort}/ready`)).ok, { timeoutMs: 180_000 });
    return started;
  }

  /** Stops a process. Returns the seconds from SIGTERM to its end. */
  async function stop(process: PlacedProcess | undefined): Promise<number> {
    if (process === undefined) throw new Error('there is no process to stop');
    const askedAt = performance.now();
    running.splice(running.indexOf(process), 1);
    expect({ service: process.service, code: await process.stop() }).toEqual({ service: process.service, code: 0 });
    return Math.round((performance.now() - askedAt) / 100) / 10;
  }

  async function everythingArrived(expected: { callbacks: number; hooks: number }): Promise<void> {
    await eventually(
      () => expect({ callbacks: callbacks.arrivals.size, hooks: hooks.arrivals.size }).toEqual(expected),
      { timeoutMs: drainMs },
    );
    expect(repeated(callbacks.arrivals)).toEqual([]);
    expect(repeated(hooks.arrivals)).toEqual([]);
    callbacks.arrivals.clear();
    hooks.arrivals.clear();
  }

  /** Returns the log lines in which services report that they aborted calls. */
  function cutOff(): string[] {
    const lines = readdirSync(platform.logDir).flatMap((file) =>
      readFileSync(path.join(platform.logDir, file), 'utf8').split('\n'),
    );
    return lines.filter((line) => line.includes('calls cut off at shutdown'));
  }
}

/** Returns the total of a counter in one process, over all its samples. */
async function sumOf(opsPort: number, metric: string): Promise<number> {
  const lines = (await scrape(opsPort)).split('\n').filter((line) => line.startsWith(`${metric}{`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
