import { DomainError } from '@drippulse/errors';
import { activeTraceparent, startStep } from '@drippulse/observability';
import { collectTraces } from '@drippulse/observability/collect-traces';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { eventually } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import type { RpcServer } from '../src/grpc/server.ts';
import { clientFor, createGrpcPeers, type Peers } from '../src/index.ts';
import { readAll } from './read-all.ts';
import { serveSome, tokens } from './serve-echo.ts';
import { editor } from './start-probe.ts';

const exporter = new InMemorySpanExporter();
collectTraces('probe', 1, new SimpleSpanProcessor({ exporter }));

let server: RpcServer;
let peers: Peers;
/** Trace contexts that were active in handlers, which an event or a row would store. */
let seen: (string | undefined)[];

const clients = () => clientFor(ProbeService, { peers, target: 'workflows', tokens });

beforeEach(async () => {
  seen = [];
  server = await serveSome({
    async echo({ id, fail, name }, call) {
      seen.push(activeTraceparent());
      if (fail === 'defect') throw new Error('a defect');
      if (fail) throw new DomainError('not_found', 'gone', 'It is gone.');
      return name === 'again' ? clients()(editor, call).echo({ id }) : { id };
    },
    async upload(requests) {
      for await (const _ of requests) seen.push(activeTraceparent());
      return {};
    },
    async *listItems({ count = 0, failAfter }) {
      seen.push(activeTraceparent());
      for (let index = 0; index < count; index++) {
        if (index === failAfter) throw new DomainError('unavailable', 'away', 'It is away.');
        yield {};
      }
    },
    async *chat(requests) {
      for await (const { text } of requests) {
        seen.push(activeTraceparent());
        yield { text };
      }
    },
  });
  peers = createGrpcPeers({ workflows: `127.0.0.1:${server.port}` });
});
afterEach(async () => {
  peers.close();
  await server.stop(0);
  exporter.reset();
});

const traceId = '0af7651916cd43dd8448eb211c80319c';

/** Makes calls below a span, like a request that is being served. Returns all spans once there are `count` new ones. */
async function spansOf(count: number, calls: () => Promise<unknown>): Promise<ReadableSpan[]> {
  const request = startStep('request', 'internal', `00-${traceId}-b7ad6b7169203331-01`);
  await request.run(calls).catch(() => undefined);
  request.end();
  await eventually(() => expect(exporter.getFinishedSpans()).toHaveLength(count + 1));
  const spans = exporter.getFinishedSpans();
  expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([traceId]));
  return spans;
}

/** Formats spans as lines, each below its parent. */
function tree(
  spans: readonly ReadableSpan[],
  parent = spans.find(({ name }) => name === 'request'),
  indent = '',
): string[] {
  const children = spans.filter((span) => span.parentSpanContext?.spanId === parent?.spanContext().spanId);
  return children.flatMap((span) => [
    `${indent}${SpanKind[span.kind]} ${outcome(span)}`,
    ...tree(spans, span, `${indent}  `),
  ]);
}

function outcome({ status, attributes }: ReadableSpan): string {
  const { 'rpc.response.status_code': code, 'error.type': error = 'none' } = attributes;
  return `${code} ${SpanStatusCode[status.code]} ${error}`;
}

test('a call and the call that it causes are one trace, and each is served below the span that made it', async () => {
  const spans = await spansOf(4, () => clients()(editor).echo({ id: 1n, name: 'again' }));
  expect(tree(spans)).toEqual([
    'CLIENT OK UNSET none',
    '  SERVER OK UNSET none',
    '    CLIENT OK UNSET none',
    '      SERVER OK UNSET none',
  ]);
  const served = spans.filter(({ kind }) => kind === SpanKind.SERVER).map((span) => span.spanContext().spanId);
  expect(seen.map((context) => context?.split('-')[2]).toSorted()).toEqual(served.toSorted());
});

test('calls that share a stream have spans of their own, which name method and peer', async () => {
  const spans = await spansOf(40, () =>
    Promise.all(Array.from({ length: 20 }, () => clients()(editor).echo({ id: 1n }))),
  );
  expect(tree(spans)).toEqual(
    Array.from({ length: 20 }, () => ['CLIENT OK UNSET none', '  SERVER OK UNSET none']).flat(),
  );
  expect(new Set(seen).size).toBe(20);
  const method = 'drippulse.testing.v1.ProbeService/Echo';
  const common = { 'rpc.system.name': 'grpc', 'rpc.method': method, 'rpc.response.status_code': 'OK' };
  const [server] = spans.filter(({ kind }) => kind === SpanKind.SERVER);
  expect(server).toMatchObject({ name: method, attributes: common });
  const [client] = spans.filter(({ kind }) => kind === SpanKind.CLIENT);
  const peer = { 'server.address': '127.0.0.1', 'server.port': expect.any(Number) };
  expect(client).toMatchObject({ name: method, attributes: { ...common, ...peer } });
});

test('a refused call is an error of its caller, a defect is one of the service too', async () => {
  const refused = await spansOf(2, () => clients()(editor).echo({ id: 1n, fail: 'not_found' }));
  expect(tree(refused)).toEqual(['CLIENT NOT_FOUND ERROR NOT_FOUND', '  SERVER NOT_FOUND UNSET none']);
  exporter.reset();
  const failed = await spansOf(2, () => clients()(editor).echo({ id: 1n, fail: 'defect' }));
  expect(tree(failed)).toEqual(['CLIENT INTERNAL ERROR INTERNAL', '  SERVER INTERNAL ERROR INTERNAL']);
});

test('a call of a peer that is away is an error, and no other span', async () => {
  await server.stop(0);
  expect(tree(await spansOf(1, () => clients()(editor).echo({ id: 1n })))).toEqual([
    'CLIENT UNAVAILABLE ERROR UNAVAILABLE',
  ]);
});

async function* parts() {
  for (let part = 0; part < 3; part++) yield {};
}

test.each([
  ['client stream', 3, () => clients()(editor).upload(parts())],
  ['server stream', 1, () => readAll(clients()(editor).listItems({ count: 3 }))],
  ['stream both ways', 3, () => readAll(clients()(editor).chat(parts()))],
])('a %s is one span on each side, active in its handler', async (_kind, times, call) => {
  const spans = await spansOf(2, call);
  expect(tree(spans)).toEqual(['CLIENT OK UNSET none', '  SERVER OK UNSET none']);
  const [served] = spans.filter(({ kind }) => kind === SpanKind.SERVER);
  expect(seen.map((context) => context?.split('-')[2])).toEqual(Array(times).fill(served?.spanContext().spanId));
});

test('a stream that fails on its way is an error on both sides, one that its reader leaves is cancelled', async () => {
  const failed = await spansOf(2, () => readAll(clients()(editor).listItems({ count: 3, failAfter: 2 })));
  expect(tree(failed)).toEqual(['CLIENT UNAVAILABLE ERROR UNAVAILABLE', '  SERVER UNAVAILABLE ERROR UNAVAILABLE']);
  exporter.reset();
  const leaving = new AbortController();
  const left = await spansOf(2, async () => {
    for await (const _ of clients()(editor).listItems({ count: 1e6 }, { signal: leaving.signal })) leaving.abort();
  });
  expect(tree(left)).toEqual(['CLIENT CANCELLED ERROR CANCELLED', '  SERVER CANCELLED UNSET none']);
});
