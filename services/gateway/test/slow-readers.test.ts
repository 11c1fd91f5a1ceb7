import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { callerOf, largeListError, listSizeOf } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterEach, expect, jest, test } from '@jest/globals';
import { holdLooks } from './probe/hold-looks.ts';
import { openSocket } from './probe/raw-http.ts';
import { send } from './probe/send.ts';
import { type Probe, startProbe } from './probe/start-probe.ts';

/** More bytes than the kernel buffers can contain. */
const largeBytes = 20 << 20;
const large = `/api/v1/probe/items?tags=large&count=${largeBytes}`;

function ask(probe: Probe, path: string, credential = 'viewer'): Promise<Socket> {
  return openSocket(probe, `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${credential}\r\n\r\n`);
}

/**
 * Returns the clients whose response has begun. They do not read it, although a socket reads ahead until its buffer is
 * full.
 */
const begun = (sockets: readonly Socket[]) => sockets.filter(({ readableLength }) => readableLength > 0);

test('of the unread answers of an organization as many are made as it may have, and others get theirs', async () => {
  await using probe = await startProbe('in memory');
  const sockets = await Promise.all(Array.from({ length: 4 }, () => ask(probe, large)));
  await eventually(() => expect(begun(sockets)).toHaveLength(1));
  expect((await send(probe, 'GET', large, { role: 'viewer@2' })).text.length).toBeGreaterThan(largeBytes);
  expect((await send(probe, 'GET', '/api/v1/probe/items')).status).toBe(200);
  expect(begun(sockets)).toHaveLength(1);
  // A client that leaves makes room for the next one.
  for (const left of [1, 2, 3]) {
    const [reader] = begun(sockets);
    reader?.destroy();
    sockets.splice(sockets.indexOf(reader as Socket), 1); // the reader is one of the sockets
    await eventually(() => expect(begun(sockets)).toHaveLength(1));
    expect(sockets).toHaveLength(4 - left);
  }
  sockets[0]?.destroy();
});

test.each([
  ['an answer', large],
  ['a download', '/api/v1/probe/downloads/20000'],
])('a client that takes nothing of %s is let go, and one that reads gets all of it', async (_, path) => {
  await using probe = await startProbe('in memory', { limits: { unreadTimeoutMs: 2_000 } });
  const socket = await ask(probe, path);
  socket.on('error', () => undefined);
  await eventually(() => expect(probe.answered).toHaveLength(1));
  if (!socket.destroyed) {
    // The end of the connection is only noticed after the unread data.
    socket.resume();
    await once(socket, 'close');
  }
  expect(socket.bytesRead).toBeLessThan(largeBytes);
  const { text } = await send(probe, 'GET', large);
  expect(text.length).toBeGreaterThan(largeBytes);
});

afterEach(() => void jest.useRealTimers());

/** Reads 64 KiB of a response, unless the connection was closed. */
async function takeSome(socket: Socket): Promise<void> {
  for (let taken = 0; taken < 64 << 10 && !socket.destroyed; ) {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) await turn();
    else taken += chunk.length;
  }
}

test('a reader that is too slow is ended when others wait for its room, and not before', async () => {
  holdLooks();
  // The limit for clients that read nothing is very long, so that clients are judged only by their pace.
  await using probe = await startProbe('in memory', { limits: { unreadTimeoutMs: 3_600_000 } });
  const hugeBytes = 30 << 20;
  const huge = `/api/v1/probe/items?tags=large&count=${hugeBytes}`;
  const slow = await Promise.all([1, 2].map((organization) => ask(probe, huge, `viewer@${organization}`)));
  for (const socket of slow) socket.on('error', () => undefined);
  await using closing = new AsyncDisposableStack();
  closing.defer(() => slow.forEach((socket) => void socket.destroy()));
  await eventually(() => expect(begun(slow)).toHaveLength(2));
  /** Lets one second pass, in which each client reads only some of the required amount. */
  const second = async () => {
    await Promise.all(slow.map(takeSome));
    jest.advanceTimersByTime(1_000);
  };
  for (let seconds = 0; seconds < 40; seconds += 1) await second();
  expect((await send(probe, 'GET', '/api/v1/probe/items')).status).toBe(200);
  const ended = () => probe.answered.filter(({ authenticated }) => authenticated?.limitKey === 'role:viewer');
  expect(ended()).toEqual([]);
  // The third response has only 16 MiB, because 30 MiB would leave less than the reserve that this response needs.
  const third = `/api/v1/probe/items?tags=large&count=${16 << 20}`;
  expect((await send(probe, 'GET', third, { role: 'viewer@3' })).text.length).toBeGreaterThan(16 << 20);
  expect(ended()).toHaveLength(1);

  let status: number | undefined;
  const fourth = send(probe, 'GET', large, { role: 'viewer@4' }).then((answer) => {
    status = answer.status;
    return answer;
  });
  await eventually(async () => {
    await second();
    expect(status).toBeDefined();
  });
  const { text } = await fourth;
  expect([status, text.length > largeBytes]).toEqual([200, true]);
  // The disconnected reader's room became free.
  await eventually(() => expect(ended().map(({ status }) => status)).toEqual([200, 200, 200]));
});

test('lists of an organization are made a few at a time, in order, and delay nobody else', async () => {
  const asked: bigint[] = [];
  const held = Promise.withResolvers<void>();
  await using probe = await startProbe('in memory', {
    holdings: { lists: { ofEach: 1, ofAll: 2 } },
    async listEnrollments({ workflowId }) {
      asked.push(workflowId);
      if (workflowId === 1n) await held.promise;
      return {};
    },
  });
  const list = (workflowId: number, role: string) =>
    send(probe, 'GET', `/api/v1/workflows/${workflowId}/enrollments`, { role });
  const first = list(1, 'viewer');
  await eventually(() => expect(asked).toEqual([1n]));
  const waiting = [list(2, 'viewer'), list(3, 'viewer')];
  expect((await list(4, 'viewer@2')).status).toBe(200);
  // A response that is not a list does not wait for a turn.
  expect((await send(probe, 'GET', '/api/v1/probe/items')).status).toBe(200);
  expect(asked).toEqual([1n, 4n]);
  held.resolve();
  expect((await first).status).toBe(200);
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
  expect(asked).toEqual([1n, 4n, 2n, 3n]);
});

test('what an organization may have shrinks when others have much, so that there is room for a further one', async () => {
  const asked: string[] = [];
  const held = Promise.withResolvers<void>();
  await using probe = await startProbe('in memory', {
    holdings: { lists: { ofEach: 2, ofAll: 6 } },
    async listEnrollments(_request, call) {
      asked.push(String(callerOf(call).organizationId));
      await held.promise;
      return {};
    },
  });
  const list = (organization: number) =>
    send(probe, 'GET', '/api/v1/workflows/1/enrollments', { role: `viewer@${organization}` });
  const lists: Promise<unknown>[] = [];
  for (const organization of [1, 1, 2, 2, 3]) {
    lists.push(list(organization));
    await eventually(() => expect(asked).toHaveLength(lists.length));
  }
  lists.push(list(3));
  expect((await send(probe, 'GET', '/api/v1/probe/items')).status).toBe(200);
  lists.push(list(4));
  await eventually(() => expect(asked).toEqual(['1', '1', '2', '2', '3', '4']));
  held.resolve();
  await Promise.all(lists);
  expect(asked).toHaveLength(7);
});

test.each(['small', 'large'])(
  'a client that leaves while its %s list waits for a place is never served',
  async (size) => {
    const asked: bigint[] = [];
    const held = Promise.withResolvers<void>();
    const limits = { ofEach: 1, ofAll: 2 };
    await using probe = await startProbe('in memory', {
      holdings:
        size === 'small' ? { lists: limits } : { largeLists: { all: { ofEach: 16, ofAll: 16 }, inWork: limits } },
      async listEnrollments({ workflowId }, call) {
        if (size === 'large' && listSizeOf(call) !== 'large') throw largeListError();
        asked.push(workflowId);
        if (workflowId === 1n) await held.promise;
        return {};
      },
    });
    const list = (workflowId: number) => ask(probe, `/api/v1/workflows/${workflowId}/enrollments`);
    const first = await list(1);
    await eventually(() => expect(asked).toEqual([1n]));
    const leaving = await Promise.all([list(2), list(3)]);
    // This request gets its response only when both other requests wait, because requests are read in order.
    expect((await send(probe, 'GET', '/api/v1/probe/items')).status).toBe(200);
    for (const socket of leaving) socket.destroy();
    const leavers = () => probe.answered.filter(({ status }) => status === 499);
    await eventually(() => expect(leavers()).toHaveLength(2));
    held.resolve();
    await send(probe, 'GET', '/api/v1/workflows/4/enrollments');
    expect(asked).toEqual([1n, 4n]);
    first.destroy();
  },
);

test('whatever lists were before, large ones of an organization are made one after the other, and smaller ones go on', async () => {
  const running: string[] = [];
  const most = { ofAll: 0, ofEach: 0 };
  const next: (() => void)[] = [];
  await using probe = await startProbe('over gRPC', {
    async listEnrollments({ workflowId }, call) {
      if (workflowId === 1n) return {};
      if (listSizeOf(call) !== (workflowId === 2n ? 'large' : 'medium')) throw largeListError();
      if (workflowId === 3n) return {};
      const organization = String(callerOf(call).organizationId);
      running.push(organization);
      most.ofAll = Math.max(most.ofAll, running.length);
      most.ofEach = Math.max(most.ofEach, running.filter((other) => other === organization).length);
      await new Promise<void>((resolve) => next.push(resolve));
      running.splice(running.indexOf(organization), 1);
      return {};
    },
  });
  const list = (workflowId: number, organization: number) =>
    send(probe, 'GET', `/api/v1/workflows/${workflowId}/enrollments`, { role: `viewer@${organization}` });
  const organizations = [1, 2, 3, 4];
  const smaller = async () => {
    const answers = await Promise.all(organizations.flatMap((one) => [list(1, one), list(3, one)]));
    return answers.map(({ status }) => status);
  };
  const answered = Array.from({ length: 8 }, () => 200);
  expect(await smaller()).toEqual(answered);
  const large = organizations.flatMap((organization) => Array.from({ length: 16 }, () => list(2, organization)));
  await eventually(() => expect(next).toHaveLength(1));
  // Small lists are sent even to organizations that have fifteen or sixteen large lists in line.
  expect(await smaller()).toEqual(answered);
  expect(running).toHaveLength(1);
  for (const _ of large) {
    await eventually(() => expect(next.length).toBeGreaterThan(0));
    next.shift()?.();
  }
  expect((await Promise.all(large)).map(({ status }) => status)).toEqual(large.map(() => 200));
  expect(most).toEqual({ ofAll: 1, ofEach: 1 });
});

test('organizations whose clients read nothing of their large lists keep no place from others', async () => {
  let begun = 0;
  const rows = Array.from({ length: 300 }, (_, index) => ({ id: BigInt(index + 1), leadRef: 'x'.repeat(60_000) }));
  await using probe = await startProbe('in memory', {
    holdings: { unreadBytes: { ofEach: 1 << 20, ofAll: 1 << 30 } },
    async listEnrollments(_request, call) {
      if (listSizeOf(call) !== 'large') throw largeListError();
      begun += 1;
      return { enrollments: rows };
    },
  });
  const path = '/api/v1/workflows/1/enrollments';
  await using closing = new AsyncDisposableStack();
  const organizations = [1, 2, 3];
  // Each organization requests two lists. The response of the second list has no room next to the first.
  for (const round of [1, 2]) {
    for (const organization of organizations) {
      const socket = await ask(probe, path, `viewer@${organization}`);
      closing.defer(() => void socket.destroy());
    }
    await eventually(() => expect(begun).toBe(round * organizations.length));
  }
  expect((await send(probe, 'GET', path, { role: 'viewer@4' })).status).toBe(200);
  expect(begun).toBe(7);
});

test('while large lists are encoded, the event loop turns after each piece of them', async () => {
  const leadRef = 'x'.repeat(60_000);
  const rows = Array.from({ length: 300 }, (_, index) => ({ id: BigInt(index + 1), leadRef }));
  await using probe = await startProbe('in memory', { listEnrollments: () => ({ enrollments: rows }) });
  const answers = Array.from({ length: 2 }, () => send(probe, 'GET', '/api/v1/workflows/1/enrollments'));
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  turn();
  const texts = (await Promise.all(answers)).map(({ text }) => text);
  isOver = true;
  expect(texts.map((text) => JSON.parse(text).enrollments.length)).toEqual([300, 300]);
  // A row is larger than a piece, so each row takes more than one turn.
  expect(turns).toBeGreaterThan(2 * 300);
});
