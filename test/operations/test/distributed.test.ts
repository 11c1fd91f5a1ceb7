import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { catalog } from '@drippulse/observability';
import { eventually, type Receiver, startReceiver, testKafka, testRedis } from '@drippulse/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTraceCollector, type TraceCollector } from '../src/trace-collector.ts';
import { traceTree } from '../src/trace-tree.ts';

const callersTrace = '0af7651916cd43dd8448eb211c80319c';

const servers = await Promise.all([testKafka(), testRedis()]);
const missing = servers.flatMap((server) => ('unavailable' in server ? [server.unavailable] : []));
await Promise.all(servers.map((server) => ('unavailable' in server ? undefined : server.stop())));

if (missing[0] !== undefined) test.skip(`NOT RUN: ${missing[0]}`, () => undefined);
else describe('each service a process of its own', operations);

function operations(): void {
  let platform: RunningPlatform;
  let receiver: Receiver;
  let collector: TraceCollector;

  beforeAll(async () => {
    [receiver, collector] = await Promise.all([startReceiver(), startTraceCollector()]);
    platform = await startLayout('start:distributed', { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
  }, 240_000);
  afterAll(async () => {
    await platform?.dispose();
    await Promise.all([receiver?.stop(), collector?.stop()]);
  }, 60_000);

  test('one trace leads from the bulk request over every service to the receiver of the webhook', async () => {
    const { api } = platform;
    await api.post('/api/v1/webhooks', { url: receiver.url, event_type: 'enrollment.started' });
    const workflow = await api.post('/api/v1/workflows', {
      name: 'Traced',
      status: 'active',
      steps: [
        { type: 'trigger', name: 'Start' },
        { type: 'log', name: 'Done', config: { message: 'ok', level: 'info' } },
      ],
    });
    const bulk = `/api/v1/workflows/${workflow.body.id}/enrollments/bulk`;
    const headers = { traceparent: `00-${callersTrace}-b7ad6b7169203331-01` };
    const enrolled = await api.post(bulk, { contacts: [{ email: 'ada@example.com' }] }, { headers });
    expect(enrolled.status).toBeLessThan(300);

    const traceparent = () => receiver.requests.map((request) => request.headers['traceparent']);
    await eventually(() => expect(traceparent().join()).toContain(callersTrace), { timeoutMs: 30_000 });
    const ours = () => collector.spans().filter(({ trace }) => trace === callersTrace);
    const path = [
      'gateway: POST /api/v1/workflows/{workflow_id}/enrollments/bulk',
      'enrollment-runtime: publish drippulse.enrollments.v1',
      'webhook-delivery: process drippulse.enrollments.v1',
      'webhook-delivery: deliver webhook',
    ];
    await eventually(
      () => {
        const steps = ours().map(({ service, name }) => `${service}: ${name}`);
        expect(steps).toEqual(expect.arrayContaining(path));
        expect(steps.some((step) => /^enrollment-runtime: grpc\..*BulkEnroll/.test(step))).toBe(true);
        expect(steps.some((step) => /^enrollment-runtime: pg\.query/.test(step))).toBe(true);
      },
      { timeoutMs: 30_000 },
    );
    console.log(traceTree(ours()));
  }, 90_000);

  test('every process exports every metric that the catalog gives it, and no other of ours', async () => {
    const ports = [...platform.output().matchAll(/^ {2}(\S+) +process \d+, gRPC \d+, operations (\d+)$/gm)];
    expect(ports.length).toBeGreaterThan(4);
    for (const [, service = '', port] of ports) {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const exported = [...text.matchAll(/^# TYPE (drippulse_\S+) /gm)].map(([, name]) => name);
      const expected = Object.entries(catalog)
        .filter(([, { of }]) => of.some((owner) => owner === service || owner === 'process'))
        .map(([name]) => name);
      expect({ service, metrics: exported.sort() }).toEqual({ service, metrics: expected.sort() });
    }
  });
}
