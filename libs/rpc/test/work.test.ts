import type { ServiceImpl } from '@connectrpc/connect';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { eventually, startFaultProxy } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { clientFor, createGrpcPeers, createInMemoryPeers, followWork, withLargeAnswer } from '../src/index.ts';
import { interceptors, serveSome, tokens } from './serve-echo.ts';
import { editor, layouts } from './start-probe.ts';

/** Makes a client of a method. Calls with the id 1 last until they are released, even if their caller leaves. */
async function start(layout: (typeof layouts)[number]) {
  const { promise: letGo, resolve } = Promise.withResolvers<void>();
  const counts = { begun: 0, cancelled: 0 };
  const methods: Partial<ServiceImpl<typeof ProbeService>> = {
    async echo({ id }, { signal }) {
      if (id !== 1n) return { id };
      counts.begun += 1;
      signal.addEventListener('abort', () => (counts.cancelled += 1));
      await letGo;
      return { id };
    },
  };
  const server = layout === 'in memory' ? undefined : await serveSome(methods);
  const line = server && (await startFaultProxy({ port: server.port }));
  const peers = line === undefined ? createInMemoryPeers() : createGrpcPeers({ workflows: `127.0.0.1:${line.port}` });
  peers.register('workflows', (router) => void router.service(ProbeService, methods), interceptors);
  return {
    client: clientFor(ProbeService, { peers, target: 'workflows', tokens })(editor),
    counts,
    letGo: resolve,
    loseLine: () => line?.cutAll(),
    async [Symbol.asyncDispose]() {
      resolve();
      peers.close();
      await line?.stop();
      await server?.stop(0);
    },
  };
}

/** Makes a call, and aborts it once it has begun. */
async function leave({ client, counts }: Awaited<ReturnType<typeof start>>, isLarge: boolean) {
  const work = followWork(isLarge ? withLargeAnswer() : undefined);
  const leaving = new AbortController();
  const call = client.echo({ id: 1n }, { contextValues: work.values, signal: leaving.signal });
  const failed = expect(call).rejects.toThrow();
  await eventually(() => expect(counts.begun).toBe(1));
  leaving.abort();
  await failed;
  let hasEnded = false;
  const ended = work.ended().then(() => (hasEnded = true));
  return { ended, hasEnded: () => hasEnded };
}

const sizes = layouts.flatMap((layout) => [
  { layout, size: 'small' },
  { layout, size: 'large' },
]);

test.each(sizes)('$layout: the work of a $size call that its caller leaves ends with its handler', async (given) => {
  await using service = await start(given.layout);
  const { ended, hasEnded } = await leave(service, given.size === 'large');
  // The handler was notified, and continues.
  await eventually(() => expect(service.counts.cancelled).toBe(1));
  for (let id = 2n; id < 22n; id += 1n) expect(await service.client.echo({ id })).toMatchObject({ id });
  expect(hasEnded()).toBe(false);
  service.letGo();
  await ended;
});

test.each(sizes)('$layout: the work of a $size call has ended when it is answered', async ({ layout, size }) => {
  await using service = await start(layout);
  const work = followWork(size === 'large' ? withLargeAnswer() : undefined);
  expect(await service.client.echo({ id: 2n }, { contextValues: work.values })).toMatchObject({ id: 2n });
  await work.ended();
});

test.each(['small', 'large'])('the work of a %s call has ended for its caller when the line is lost', async (size) => {
  await using service = await start('over grpc-js');
  const { ended } = await leave(service, size === 'large');
  service.loseLine();
  await ended;
});

test('a call that was not made has no work', async () => {
  await followWork().ended();
});
