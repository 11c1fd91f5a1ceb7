import { create, toBinary } from '@bufbuild/protobuf';
import type { Following } from '@drippulse/events';
import { HintsSchema } from '@drippulse/proto/drippulse/events/v1/hints_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { testLogger } from '@drippulse/service/harness';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { startHub } from './hub.ts';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** Opens a hub on a topic in memory, whose first offset is `start`. */
async function open(start: bigint | undefined) {
  let offset = start ?? 0n;
  let follower: Following | undefined;
  const hub = await startHub({
    log: testLogger(),
    transport: {
      async follow(following) {
        follower = following;
        if (start !== undefined) following.onStart(new Map([[3, start]]));
        return { stop: async () => undefined };
      },
    },
  });
  return {
    hub,
    begin: () => follower?.onStart(new Map([[3, offset]])),
    publish(ids: readonly string[], organizationId = 7n) {
      const hints = ids.map((id) => ({ organizationId, topic: 'leads', id, kind: 'updated', mode: Mode.LIVE }));
      const value = toBinary(HintsSchema, create(HintsSchema, { hints }));
      follower?.onMessage({ partition: 3, offset, key: 'hints', value, headers: {} });
      offset += 1n;
    },
    /** Returns the hints that a listener of organization 7 receives immediately. */
    since(position: bigint | undefined) {
      const heard: string[] = [];
      const end = hub.listen(
        {
          organizationId: 7n,
          onHint: ({ id }, after) => heard.push(`${id} ${after}`),
          onLost: () => heard.push('lost'),
          onRead: () => heard.push(`read ${hub.position()}`),
        },
        position,
      );
      return { heard, end };
    },
  };
}

test('a listener gets what came after its position, of its organization alone, and then what comes', async () => {
  const { publish, since } = await open(10n);
  publish(['a', 'b']);
  publish(['other'], 8n);
  publish(['c']);
  expect(since(10n).heard).toEqual(['a 11', 'b 11', 'c 13']);
  expect(since(11n).heard).toEqual(['c 13']);
  const last = since(13n);
  const fresh = since(undefined);
  const gone = since(undefined);
  gone.end();
  publish(['d']);
  publish(['e', 'f']);
  // A position is reported only after all hints of the message at that position.
  const heard = ['d 14', 'read 14', 'e 15', 'f 15', 'read 15'];
  expect([last.heard, fresh.heard, gone.heard]).toEqual([heard, heard, []]);
});

test('a position before the first one that was read, or after the last, is of hints that are lost', async () => {
  const { publish, since } = await open(10n);
  publish(['a']);
  expect(since(9n).heard).toEqual(['lost']);
  expect(since(0n).heard).toEqual(['lost']);
  expect(since(12n).heard).toEqual(['lost']);
});

test('what happened before the hub could read is lost to everybody who listens by then', async () => {
  const { begin, since } = await open(undefined);
  const waiting = [since(undefined), since(5n)];
  expect(waiting.map(({ heard }) => heard)).toEqual([[], []]);
  begin();
  expect(waiting.map(({ heard }) => heard)).toEqual([
    ['lost', 'read 0'],
    ['lost', 'read 0'],
  ]);
});

test('hints are forgotten after some minutes, and from their number on, oldest first and by whole messages', async () => {
  const { publish, since } = await open(0n);
  publish(['a', 'b']);
  await jest.advanceTimersByTimeAsync(4 * 60_000);
  publish(['c']);
  expect(since(0n).heard).toEqual(['a 1', 'b 1', 'c 2']);
  await jest.advanceTimersByTimeAsync(2 * 60_000);
  publish(['d']);
  expect(since(0n).heard).toEqual(['lost']);
  expect(since(1n).heard).toEqual(['c 2', 'd 3']);
  for (let message = 0; message < 60; message += 1) publish(Array.from({ length: 1000 }, (_, id) => String(id)));
  expect(since(3n).heard).toEqual(['lost']);
  expect(since(13n).heard).toHaveLength(50_000);
});
