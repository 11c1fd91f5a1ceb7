import type { Socket } from 'node:net';
import { largeListError, listSizeOf } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { openSocket } from './probe/raw-http.ts';
import { send } from './probe/send.ts';
import { layouts, type Probe, startProbe } from './probe/start-probe.ts';

const path = '/api/v1/workflows/1/enrollments';

/** Starts a probe whose lists end when the test releases them, whether or not a client still waits for them. */
async function startSlowLists(layout: (typeof layouts)[number], isLarge: boolean) {
  const counts = { asked: 0, running: 0, most: 0, cancelled: 0 };
  const { promise: letGo, resolve } = Promise.withResolvers<void>();
  const probe = await startProbe(layout, {
    async listEnrollments(_request, call) {
      if (isLarge && listSizeOf(call) !== 'large') throw largeListError();
      counts.asked += 1;
      counts.running += 1;
      counts.most = Math.max(counts.most, counts.running);
      call.signal.addEventListener('abort', () => (counts.cancelled += 1));
      await letGo;
      counts.running -= 1;
      return {};
    },
  });
  return { probe, counts, letGo: resolve };
}

async function untilLeft(probe: Probe, sockets: readonly Socket[]): Promise<void> {
  for (const socket of sockets) socket.destroy();
  const left = () => probe.answered.filter(({ status }) => status === 499);
  await eventually(() => expect(left()).toHaveLength(sockets.length));
}

test.each(
  layouts.flatMap((layout) => [
    { layout, size: 'large', places: 1 },
    { layout, size: 'small', places: 16 },
  ]),
)('$layout: when 20 clients leave, the places of their $size lists are kept until the handlers end', async (given) => {
  const { layout, size, places } = given;
  const { probe, counts, letGo } = await startSlowLists(layout, size === 'large');
  await using closing = new AsyncDisposableStack();
  closing.use(probe);
  closing.defer(letGo);
  const request = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer viewer\r\n\r\n`;
  const leaving = await Promise.all(Array.from({ length: 20 }, () => openSocket(probe, request)));
  await eventually(() => expect(counts.asked).toBe(places));
  await untilLeft(probe, leaving);
  // The handlers have noticed the cancellation, and continue.
  await eventually(() => expect(counts.cancelled).toBe(places));
  const next = send(probe, 'GET', path, { role: 'viewer' });
  for (let turn = 0; turn < 20; turn += 1) await send(probe, 'GET', '/api/v1/probe/items');
  expect(counts).toEqual({ asked: places, running: places, most: places, cancelled: places });
  letGo();
  expect((await next).status).toBe(200);
  expect(counts).toMatchObject({ asked: places + 1, running: 0, most: places });
});
