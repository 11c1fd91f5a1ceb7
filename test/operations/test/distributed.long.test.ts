import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  createKafkaTransport,
  deadLetterTopic,
  readDeadLetters,
  type TransportMessage,
  topicOf,
} from '@drippulse/events';
import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { catalog, createLogger } from '@drippulse/observability';
import { startEmbeddedPostgres, startKafka, startRedis, withFileLock } from '@drippulse/servers';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { publishers, serviceOf, servicesOf } from '@drippulse/topology';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { processesOf, scrape } from '../src/processes.ts';
import { startTraceCollector, type TraceCollector } from '../src/trace-collector.ts';
import { pathsToRoot, traceTree } from '../src/trace-tree.ts';

const callersTrace = '0af7651916cd43dd8448eb211c80319c';
const topics = publishers.map(({ events }) => topicOf(events).name);
const runtime = serviceOf('enrollments');
const deliverer = serviceOf('webhooks');

/** Values that are used as secrets. They may not appear anywhere else. */
const planted = {
  smtpPassword: 'planted-smtp-password',
  wrongPassword: 'planted-wrong-password',
  wrongKey: `adcrm_live_${'planted0'.repeat(6)}`,
  headerValue: 'planted-header-value',
  templateData: 'planted-template-data',
  address: 'planted-address@example.com',
};

const kafka = await startKafka();
const redis = await startRedis();

if ('unavailable' in kafka) test.skip(`NOT RUN: ${kafka.unavailable}`, () => undefined);
else if ('unavailable' in redis) test.skip(`NOT RUN: ${redis.unavailable}`, () => undefined);
else describe('each service a process of its own', () => operations(kafka, redis));

type Restartable = { kill(): Promise<void>; restart(): Promise<void>; stop(): Promise<void> };

function operations(broker: Restartable & { brokers: string[] }, limiter: Restartable & { url: string }): void {
  let platform: RunningPlatform;
  let receiver: Receiver;
  let collector: TraceCollector;
  let workflowId: number;

  beforeAll(async () => {
    [receiver, collector] = await Promise.all([startReceiver(), startTraceCollector()]);
    platform = await startLayout('start:distributed', {
      env: {
        KAFKA_BROKERS: broker.brokers.join(','),
        REDIS_URL: limiter.url,
        SMTP_URL: `smtp://mailer:${planted.smtpPassword}@127.0.0.1:1`,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        // Longer than any wait in the tests, so that a test can observe a process that is stopping but still serves.
        SHUTDOWN_DELAY_SECONDS: '300',
      },
    });
  });
  afterAll(async () => {
    await platform?.dispose();
    await Promise.all([receiver?.stop(), collector?.stop(), broker.stop(), limiter.stop()]);
  });

  const enroll = (headers: Record<string, string> = {}) =>
    platform.api.post(
      `/api/v1/workflows/${workflowId}/enrollments/bulk`,
      { contacts: [{ email: 'ada@example.com', note: planted.templateData }] },
      { headers },
    );

  test('one trace leads from the bulk request over every service to the receiver of the webhook', async () => {
    const { api } = platform;
    const webhook = { url: receiver.url, event_type: 'enrollment.started', headers: { 'x-own': planted.headerValue } };
    expect((await api.post('/api/v1/webhooks', webhook)).status).toBe(201);
    const workflow = await api.post('/api/v1/workflows', {
      name: 'Traced',
      status: 'active',
      steps: [
        { type: 'trigger', name: 'Start' },
        { type: 'log', name: 'Note', config: { message: 'Noted {{ note }}', level: 'info' } },
        { type: 'email', name: 'Mail', config: { to: '{{ email }}', subject: 'Hello', body: '{{ note }}' } },
      ],
    });
    expect(workflow.status).toBe(201);
    workflowId = workflow.body.id;
    const enrolled = await enroll({ traceparent: `00-${callersTrace}-b7ad6b7169203331-01` });
    expect(enrolled.status).toBeLessThan(300);

    const traceparents = () => receiver.requests.map((request) => request.headers['traceparent']).join();
    await eventually(() => expect(traceparents()).toContain(callersTrace), { timeoutMs: 180_000 });
    const ours = () => collector.spans().filter(({ trace }) => trace === callersTrace);
    await eventually(
      () => {
        const steps = ours().map(({ service, name }) => `${service}: ${name}`);
        expect(steps).toEqual(
          expect.arrayContaining([
            'gateway: POST /api/v1/workflows/{workflow_id}/enrollments/bulk',
            'gateway: drippulse.enrollments.v1.EnrollmentsService/BulkEnroll',
            `${runtime}: drippulse.enrollments.v1.EnrollmentsService/BulkEnroll`,
            `${runtime}: pg.query:COMMIT postgres`,
            `${runtime}: publish drippulse.enrollments.v1`,
            `${deliverer}: process drippulse.enrollments.v1`,
            `${deliverer}: deliver webhook`,
            `${deliverer}: POST`,
          ]),
        );
      },
      { timeoutMs: 180_000 },
    );
    // The spans of the service's statements and events are below the span of the gateway's call.
    const served = [
      `${runtime}: drippulse.enrollments.v1.EnrollmentsService/BulkEnroll`,
      'gateway: drippulse.enrollments.v1.EnrollmentsService/BulkEnroll',
      'gateway: POST /api/v1/workflows/{workflow_id}/enrollments/bulk',
    ];
    const paths = pathsToRoot(ours());
    expect(paths).toContainEqual([`${runtime}: pg.query:COMMIT postgres`, ...served]);
    expect(paths).toContainEqual([`${runtime}: publish drippulse.enrollments.v1`, ...served]);
    // The trace has one root, and the request to the receiver is at the end of the longest branch. Spans of a consumer
    // may arrive after the spans below them.
    const roots = () =>
      traceTree(ours())
        .split('\n')
        .filter((line) => !line.startsWith(' '));
    await eventually(() => expect(roots()).toHaveLength(1), { timeoutMs: 180_000 });
    console.log(traceTree(ours()));
  });

  test('an event that somebody else writes into Kafka starts no workflow, and is a dead letter with the reason', async () => {
    const { api } = platform;
    const workflow = await api.post('/api/v1/workflows', {
      name: 'Greets leads',
      status: 'active',
      steps: [
        { type: 'trigger', name: 'Start', config: { kind: 'event', event_name: 'lead.created' } },
        { type: 'log', name: 'Note', config: { message: 'Hello', level: 'info' } },
      ],
    });
    const enrolled = async () =>
      (await api.get(`/api/v1/workflows/${workflow.body.id}/enrollments`)).body.enrollments.length;
    const createLead = (email: string) => api.post('/api/v1/crm/leads', { email, last_name: 'Lovelace' });
    expect((await createLead('first@example.com')).status).toBe(201);
    await eventually(async () => expect(await enrolled()).toBe(1), { timeoutMs: 180_000 });

    const topic = topics.find((name) => name.includes(serviceOf('crm'))) ?? '';
    const transport = createKafkaTransport({
      brokers: broker.brokers,
      clientId: 'stranger',
      log: createLogger({ level: 'silent' }),
    });
    const forged: TransportMessage[] = [];
    await transport.read(topic, async ({ key, value, headers }) => {
      const { signature: _, ...unsigned } = headers;
      if (headers['ce_type'] !== 'lead.created') return;
      for (const [id, own] of [
        ['evt_unsigned', unsigned],
        ['evt_forged', headers],
      ] as const) {
        forged.push({ key, value, headers: { ...own, ce_id: id } });
      }
    });
    expect(forged).toHaveLength(2);
    const producer = await transport.createProducer();
    await producer.send(topic, forged, 10_000);
    await producer.close();
    // A genuine event follows the forged ones. Once it has been handled, the forged events have been handled too.
    expect((await createLead('second@example.com')).status).toBe(201);
    await eventually(
      async () => {
        const reasons = new Set<string>();
        await readDeadLetters(transport, topic, async ({ id, group, reason }) => {
          if (group === runtime) reasons.add(`${id}: ${reason}`);
        });
        expect([...reasons].sort()).toEqual([
          'evt_forged: Error: The signature of the event is wrong.',
          'evt_unsigned: Error: The event is not signed.',
        ]);
      },
      { timeoutMs: 180_000 },
    );
    await eventually(async () => expect(await enrolled()).toBe(2), { timeoutMs: 180_000 });
    await transport.close();
  });

  test('every process exports exactly its metrics of the catalog', async () => {
    const processes = processesOf(platform.output());
    expect(processes.length).toBeGreaterThan(4);
    for (const { service, opsPort } of processes) {
      const exported = [...(await scrape(opsPort)).matchAll(/^# TYPE (drippulse_\S+) /gm)].map(([, name]) => name);
      const expected = Object.entries(catalog)
        .filter(([, { of }]) =>
          of.some((owner) => owner === 'process' || servicesOf(service).some((own) => own === owner)),
        )
        .map(([name]) => name);
      expect({ service, metrics: exported.sort() }).toEqual({ service, metrics: expected.sort() });
    }
  });

  test('while billing stands still, people log in, enroll, send events, and make records and agents', async () => {
    const { api, username, password } = platform;
    const { pid } = processesOf(platform.output()).findLast(({ service }) => service === serviceOf('billing')) ?? {};
    if (pid === undefined) throw new Error('there is no process of billing');
    process.kill(pid, 'SIGSTOP');
    try {
      const statusOf = async (path: string, body: object) => (await api.post(`/api/v1${path}`, body)).status;
      expect((await api.as(null).post('/api/v1/auth/login', { username, password })).status).toBe(200);
      expect(await statusOf('/crm/contacts', { email: 'still@example.com' })).toBe(201);
      const member = { username: 'still', email: 'member@example.com', password: 'a-long-password', role: 'viewer' };
      expect(await statusOf('/team_members', member)).toBe(201);
      expect(await statusOf('/events', { name: 'order.placed', contact: { email: 'still@example.com' } })).toBe(202);
      const { agent_templates: templates } = (await api.get('/api/v1/agent_templates')).body;
      const scorer = templates.find(({ kind }: { kind: string }) => kind === 'scorer');
      expect(await statusOf('/agents/spawn', { name: 'Still', type: 'template', template_id: scorer.id })).toBe(201);
      receiver.clear();
      expect((await enroll()).status).toBe(201);
      // The webhook about the enrollment must have arrived too.
      await receiver.received(1, { timeoutMs: 180_000 });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await eventually(async () => expect((await api.get('/api/v1/account/billing')).status).toBe(200));
  });

  test('without Redis each process counts limits, a metric shows it, and no request is refused', async () => {
    const degraded = async () => sampleOf('gateway', 'drippulse_limits_degraded');
    await limiter.kill();
    await eventually(async () => expect(await degraded()).toBe(1), { timeoutMs: 180_000 });
    expect((await platform.api.get('/api/v1/workflows')).status).toBe(200);
    await limiter.restart();
    await eventually(async () => expect(await degraded()).toBe(0), { timeoutMs: 180_000 });
  });

  test('without its broker the API takes enrollments, the outbox shows its age, and drains afterwards', async () => {
    const outboxAge = async () => sampleOf(runtime, 'drippulse_outbox_age_seconds');
    receiver.clear();
    await broker.kill();
    expect((await enroll()).status).toBeLessThan(300);
    await eventually(async () => expect(await outboxAge()).toBeGreaterThan(1), { timeoutMs: 180_000 });
    await broker.restart();
    await receiver.received(1, { timeoutMs: 180_000 });
    await eventually(async () => expect(await outboxAge()).toBe(0), { timeoutMs: 180_000 });
  });

  test('while PostgreSQL is away requests get 503 with Retry-After, it is started again, and all is normal with the same processes', async () => {
    const startTimes = async () =>
      Promise.all(processesOf(platform.output()).map(({ service }) => sampleOf(service, 'process_start_time_seconds')));
    const before = await startTimes();
    const dataDir = path.join(platform.dataDir, 'postgres');
    const server = await startEmbeddedPostgres({ dataDir });
    // While this test has the start lock, the platform cannot start the server again.
    await withFileLock(`${dataDir}.starting`, async () => {
      await server.stop();
      const answer = await eventually(async () => {
        const refused = await platform.api.get('/api/v1/workflows');
        expect(refused.status).toBe(503);
        return refused;
      });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      // The gateway itself stays ready and responds to clients. If it were not ready, clients could reach no process.
      const gateway = processesOf(platform.output()).find(({ service }) => service === 'gateway');
      expect((await fetch(`http://127.0.0.1:${gateway?.opsPort}/ready`)).status).toBe(200);
      expect(await sampleOf('workflows', 'drippulse_part_up{part="database",service="workflows"}')).toBe(0);
    });
    await eventually(async () => expect((await platform.api.get('/api/v1/workflows')).status).toBe(200), {
      timeoutMs: 180_000,
    });
    expect(await startTimes()).toEqual(before);
  });

  test('no planted secret is in a log, a trace, an event or a dead letter', async () => {
    const { api, dataDir, apiKey, password } = platform;
    await api.as(null).post('/api/v1/auth/login', { username: 'admin', password: planted.wrongPassword });
    await api.as(planted.wrongKey).get('/api/v1/workflows');
    const person = `email=${encodeURIComponent(planted.address)}`;
    for (const asked of ['explain', 'enrollments', 'events', 'suppressions', 'crm/leads', 'nothing']) {
      for (const query of [person, `email=${planted.address}`, planted.address])
        await api.get(`/api/v1/${asked}?${query}`);
    }
    await eventually(() => expect(collector.text()).toContain('email=*'));
    const secrets = textsIn(JSON.parse(readFileSync(path.join(dataDir, 'secrets.json'), 'utf8')));
    expect(secrets.length).toBeGreaterThan(10);
    const logs = readdirSync(path.join(dataDir, 'logs')).map((file) =>
      readFileSync(path.join(dataDir, 'logs', file), 'utf8'),
    );
    const transport = createKafkaTransport({
      brokers: broker.brokers,
      clientId: 'canaries',
      log: createLogger({ level: 'silent' }),
    });
    const events: string[] = [];
    for (const topic of topics.flatMap((name) => [name, deadLetterTopic(name)])) {
      await transport.read(topic, async ({ headers, value }) => {
        events.push(JSON.stringify(headers), Buffer.from(value).toString('latin1'));
      });
    }
    await transport.close();
    expect(events.length).toBeGreaterThan(4);

    const { templateData, ...credentials } = planted;
    // The search is for the part before the @, because every form of the address contains it.
    const never = [...Object.values(credentials), planted.address.split('@', 1)[0] ?? '', ...secrets, apiKey, password];
    const found = (texts: readonly string[], needles: readonly string[]) =>
      needles.filter((needle) => texts.some((text) => text.includes(needle)));
    expect(found(logs, [...never, templateData])).toEqual([]);
    expect(found([collector.text()], [...never, templateData])).toEqual([]);
    expect(found(events, never)).toEqual([]);
    // The search must find a value that people may see; otherwise it would prove nothing.
    expect(found(logs, ['request_id', 'trace_id'])).toEqual(['request_id', 'trace_id']);
  });

  test('after SIGTERM a process is not ready at once, and serves on for the pause', async () => {
    const [stopped] = processesOf(platform.output()).filter(({ service }) => service === 'crm');
    if (stopped === undefined) throw new Error('there is no crm process');
    const status = async (route: string) => (await fetch(`http://127.0.0.1:${stopped.opsPort}${route}`)).status;
    expect(await status('/ready')).toBe(200);
    process.kill(stopped.pid, 'SIGTERM');
    await eventually(async () => expect(await status('/ready')).toBe(503));
    expect(await status('/live')).toBe(200);
    expect((await platform.api.get('/api/v1/crm/custom_fields?record_type=lead')).status).toBe(200);
    // That a stopped process ends with code 0 is checked by the tests of the main job.
    process.kill(stopped.pid, 'SIGKILL');
  });

  test('the processes of the services stop when the one that started them is killed', async () => {
    const services = processesOf(platform.output()).filter(({ pid }) => isRunning(pid));
    expect(services.length).toBeGreaterThan(3);
    process.kill(platform.pid, 'SIGKILL');
    const isStopping = async ({ opsPort }: { opsPort: number }) =>
      (await fetch(`http://127.0.0.1:${opsPort}/ready`)).status === 503;
    await eventually(async () => expect((await Promise.all(services.map(isStopping))).every(Boolean)).toBe(true), {
      timeoutMs: 180_000,
    });
    // That processes end after SIGTERM is checked by the test of runMain. Here they would first continue to serve for
    // the whole pause.
    for (const { pid } of services) process.kill(pid, 'SIGKILL');
  });

  /**
   * Returns the current value of a sample of the service, which is given by its full name or by the name of its metric.
   */
  async function sampleOf(service: string, sample: string): Promise<number> {
    const found = processesOf(platform.output()).find((process) => process.service === service);
    const text = await scrape(found?.opsPort ?? 0);
    const line = text.split('\n').find((candidate) => candidate.startsWith(sample));
    return Number(line?.split(' ').at(-1));
  }
}

/** Whether a process runs. Returns false for an ended process that was not reaped. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

/** Returns every string in a JSON value, except names of members. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
