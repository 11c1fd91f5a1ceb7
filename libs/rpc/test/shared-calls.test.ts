import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@drippulse/errors';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { eventually, startFaultProxy } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RpcServer } from '../src/grpc/server.ts';
import { clientFor, createGrpcPeers, fromConnectError } from '../src/index.ts';
import { serveEcho, tokens } from './serve-echo.ts';
import { editor } from './start-probe.ts';
import { startStreamCounter } from './stream-counter.ts';

/** The ids of the calls that each server has begun, and of the calls whose handler was aborted. */
const begun: bigint[][] = [[], [], []];
const ended: bigint[] = [];
const opened: (() => unknown)[] = [];
let servers: RpcServer[];
/** Calls with this id or a higher id get their response once `held` is resolved. */
const heldId = 1000n;
let held: PromiseWithResolvers<void>;

beforeEach(async () => {
  held = Promise.withResolvers();
  servers = await Promise.all(begun.map((_, place) => serve(place)));
});
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
  for (const server of servers) await server.stop(0);
  for (const ids of [...begun, ended]) ids.length = 0;
});

function serve(place: number): Promise<RpcServer> {
  return serveEcho(async ({ id, fail, delayMs, name }, call) => {
    begun[place]?.push(id);
    if (fail) throw new DomainError('not_found', 'gone', `${id} is gone`);
    if (id >= heldId) await held.promise;
    if (!delayMs) return { id, name: 'x'.repeat(Number(name ?? 0)) };
    await sleep(delayMs, undefined, { signal: call.signal }).catch(() => ended.push(id));
    return { id };
  });
}

function clientOf(address: string) {
  const peers = createGrpcPeers({ workflows: address });
  opened.push(() => peers.close());
  return clientFor(ProbeService, { peers, target: 'workflows', tokens })(editor);
}

const first = () => `127.0.0.1:${servers[0]?.port}`;

test('calls made at once share streams, and each has its own answer or failure', async () => {
  const counter = await startStreamCounter(servers[0]?.port ?? 0);
  opened.push(() => counter.stop());
  const client = clientOf(`127.0.0.1:${counter.port}`);
  await client.echo({ id: 1n });
  const before = counter.streams();
  const calls = Array.from({ length: 641 }, (_, index) =>
    client
      .echo({ id: BigInt(index), ...(index % 3 === 0 && { fail: 'not_found' }), delayMs: index % 5 })
      .then(({ id }) => String(id))
      .catch((error: unknown) => fromConnectError(error).message),
  );
  const expected = calls.map((_, index) => (index % 3 === 0 ? `${index} is gone` : String(index)));
  expect(await Promise.all(calls)).toEqual(expected);
  // The first call is sent alone, because no other call is under way yet. All further calls share streams.
  expect(counter.streams() - before).toBe(1 + 640 / 64);
});

test('calls one after the other and many at once are shared evenly by the processes of a peer', async () => {
  const client = clientOf(`ipv4:${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`);
  const counts = () => begun.map((ids) => ids.length);
  await client.echo({ id: 0n });
  while (counts().includes(0)) await client.echo({ id: 0n });
  for (const ids of begun) ids.length = 0;
  for (let call = 0; call < 30; call += 1) await client.echo({ id: 0n });
  expect(counts()).toEqual([10, 10, 10]);
  await Promise.all(Array.from({ length: 1 + 64 * 9 }, () => client.echo({ id: 0n })));
  expect(counts().toSorted()).toEqual([202, 202, 203]);
});

test('the agent of a client arrives with a call that goes by itself and with calls that share a stream', async () => {
  const server = await serveEcho(({ id }, call) => ({ id, header: call.requestHeader.get('user-agent') ?? 'none' }));
  opened.push(() => server.stop(0));
  const client = clientOf(`127.0.0.1:${server.port}`);
  const ask = async (agent?: string) =>
    (await client.echo({ id: 1n }, { ...(agent !== undefined && { headers: { 'user-agent': agent } }) })).header;
  expect(await ask('Firefox/132.0')).toBe('Firefox/132.0');
  expect(await ask()).toBe('none');
  const agents = Array.from({ length: 20 }, (_, index) => `Firefox/${index}`);
  expect(await Promise.all(agents.map(ask))).toEqual(agents);
});

test('of calls that share a stream one is cancelled and one is late, the others are answered', async () => {
  const client = clientOf(first());
  const leaving = new AbortController();
  const cancelled = client.echo({ id: 1n, delayMs: 20_000 }, { signal: leaving.signal });
  const late = client.echo({ id: 2n, delayMs: 20_000 }, { timeoutMs: 100 });
  const slow = client.echo({ id: 3n, delayMs: 200 });
  const quick = client.echo({ id: 4n });
  const failures = Promise.allSettled([cancelled, late]);
  expect((await quick).id).toBe(4n);
  leaving.abort();
  const reasons = (await failures).map((each) => each.status === 'rejected' && fromConnectError(each.reason).reason);
  expect(reasons).toEqual(['cancelled', 'deadline_exceeded']);
  expect((await slow).id).toBe(3n);
  expect(ended.toSorted()).toEqual([1n, 2n]);
});

test('an answer of 31 MiB and one beyond 32 come among small ones, and fail none', async () => {
  const client = clientOf(first());
  const sizes = [0, 31 << 20, 10, 33 << 20, 300 << 10, 300 << 10, 0];
  const answers = await Promise.allSettled(sizes.map((size) => client.echo({ id: 1n, name: String(size) })));
  expect(answers.map((each) => (each.status === 'fulfilled' ? each.value.name.length : each.status))).toEqual(
    sizes.map((size) => (size > 32 << 20 ? 'rejected' : size)),
  );
});

test('a stream that a slow call keeps open at a process that stops holds up no other call', async () => {
  const client = clientOf(`ipv4:${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`);
  while (begun.some((ids) => ids.length === 0)) await client.echo({ id: 0n });
  // This call is sent alone, so the next call, which is slow, gets a shared stream.
  const alone = client.echo({ id: heldId });
  const slow = client.echo({ id: heldId + 1n });
  while (!begun.flat().includes(heldId + 1n)) await client.echo({ id: 0n });
  const place = begun.findIndex((ids) => ids.includes(heldId + 1n));
  const made = begun[place]?.length;
  const stopping = servers[place]?.stop();
  // These calls share the stream of the slow call, because a stream accepts calls for a quarter of a second.
  await Promise.all(Array.from({ length: 20 }, () => client.echo({ id: 2n })));
  held.resolve();
  expect((await slow).id).toBe(heldId + 1n);
  await alone;
  await stopping;
  expect(begun[place]).toHaveLength(made ?? 0);
});

test('when the connection is lost all calls on it fail as unavailable, and none is made twice', async () => {
  const proxy = await startFaultProxy({ port: servers[0]?.port ?? 0 });
  opened.push(() => proxy.stop());
  const client = clientOf(`127.0.0.1:${proxy.port}`);
  const calls = Array.from({ length: 20 }, (_, index) => client.echo({ id: BigInt(index), delayMs: 20_000 }));
  const results = Promise.allSettled(calls);
  await eventually(() => expect(begun[0]).toHaveLength(20));
  proxy.cutAll();
  const reasons = (await results).map((each) => each.status === 'rejected' && fromConnectError(each.reason).reason);
  expect(new Set(reasons)).toEqual(new Set(['service_unavailable']));
  expect((await client.echo({ id: 99n })).id).toBe(99n);
  expect(begun[0]).toHaveLength(21);
});
