import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { create, toBinary } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import type { Following } from '@drippulse/events';
import { createMetrics } from '@drippulse/observability';
import { HintsSchema } from '@drippulse/proto/drippulse/events/v1/hints_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { testLogger } from '@drippulse/service/harness';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { startHub } from './hub.ts';
import { createStreamMetrics } from './metrics.ts';
import { createPending } from './pending.ts';
import { createStreams } from './streams.ts';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** Opens a stream on a pipe that is read only by calls of `read`. A topic in memory supplies the hints. */
async function open(check: () => Promise<void> = async () => undefined) {
  const followers: Following[] = [];
  let offset = 0n;
  const hub = await startHub({
    log: testLogger(),
    transport: {
      async follow(following) {
        followers.push(following);
        following.onStart(new Map([[0, 0n]]));
        return { stop: async () => undefined };
      },
    },
  });
  const response = new PassThrough({ highWaterMark: 512 });
  const streams = createStreams({ hub, metrics: createStreamMetrics(createMetrics('gateway')) });
  const pending = createPending(['webhooks']);
  const run = (to: PassThrough) =>
    streams.run({ response: to, organizationId: 7n, pending, since: undefined, isFor: () => true, check });
  const running = run(response);
  return {
    streams,
    response,
    run,
    running,
    hint(id: string) {
      const hint = { organizationId: 7n, topic: 'webhooks', id, kind: 'updated', mode: Mode.LIVE };
      const value = toBinary(HintsSchema, create(HintsSchema, { hints: [hint] }));
      for (const { onMessage } of followers) onMessage({ partition: 0, offset, key: 'hints', value, headers: {} });
      offset += 1n;
    },
    read: () => String(response.read() ?? ''),
  };
}

test('a comment comes after 15 seconds of silence, and says how far the stream is', async () => {
  const stream = await open();
  expect(stream.read()).toBe('retry: 2000\nid: 0\n\n');
  await jest.advanceTimersByTimeAsync(14_500);
  expect(stream.read()).toBe('');
  await jest.advanceTimersByTimeAsync(1000);
  expect(stream.read()).toBe(': still here\nid: 0\n\n');
  stream.response.destroy();
  await stream.running;
});

test('what a client does not read waits as one hint, however much happens', async () => {
  const stream = await open();
  for (let id = 0; id < 1000; id += 1) {
    stream.hint(String(id));
    await jest.advanceTimersByTimeAsync(1000);
  }
  expect(stream.response.readableLength + stream.response.writableLength).toBeLessThan(2048);
  stream.read();
  await jest.advanceTimersByTimeAsync(2000);
  expect(stream.read()).toContain('"topic":"webhooks","id":null,"kind":"updated"');
  stream.response.destroy();
  await stream.running;
});

test('a stream whose credential cannot be checked ends after five seconds', async () => {
  let isAway = false;
  const stream = await open(async () => {
    if (isAway) throw new DomainError('unavailable', 'service_unavailable', 'identity is away');
  });
  stream.read();
  await jest.advanceTimersByTimeAsync(10_000);
  isAway = true;
  await jest.advanceTimersByTimeAsync(4500);
  expect(stream.response.writableEnded).toBe(false);
  await jest.advanceTimersByTimeAsync(1000);
  expect(stream.response.writableEnded).toBe(true);
  expect(stream.read()).toContain('event: end\ndata: {"error":"service_unavailable"');
  stream.response.destroy();
  await stream.running;
});

test('a stream whose credential is refused ends with the next check and the reason', async () => {
  const stream = await open(async () => {
    throw new DomainError('unauthenticated', 'invalid_token', 'The credential is unknown, expired or revoked.');
  });
  stream.read();
  await jest.advanceTimersByTimeAsync(250);
  expect(stream.read()).toContain('event: end\ndata: {"error":"invalid_token"');
  stream.response.destroy();
  await stream.running;
});

test('a stream whose check gets no answer ends after five seconds', async () => {
  const stream = await open(() => new Promise(() => undefined));
  stream.read();
  await jest.advanceTimersByTimeAsync(5000);
  expect(stream.response.writableEnded).toBe(false);
  await jest.advanceTimersByTimeAsync(1000);
  expect(stream.read()).toContain('event: end\ndata: {"error":"service_unavailable"');
  stream.response.destroy();
  await stream.running;
});

test('a client that left before its stream began has none', async () => {
  const stream = await open();
  const gone = new PassThrough();
  await once(gone.destroy(), 'close');
  await stream.run(gone);
  stream.response.destroy();
  await stream.running;
});

test('a client that takes nothing does not hold the end of its stream', async () => {
  const stream = await open();
  for (let id = 0; !stream.response.writableNeedDrain && id < 1000; id += 1) {
    stream.hint(String(id));
    await jest.advanceTimersByTimeAsync(1000);
  }
  await stream.streams.stop();
  expect(stream.response.destroyed).toBe(false);
  await jest.advanceTimersByTimeAsync(1000);
  expect(stream.response.destroyed).toBe(true);
  await stream.running;
});
