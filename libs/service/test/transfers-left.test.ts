import type { ServiceImpl } from '@connectrpc/connect';
import { createShares } from '@drippulse/loops';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import {
  clientFor,
  createGrpcPeers,
  createInMemoryPeers,
  fromConnectError,
  type Routes,
  serveRpc,
  serverInterceptors,
} from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { editor } from '../src/harness/index.ts';
import { createTestKeys } from '../src/harness/keys.ts';
import { testLogger } from '../src/harness/test-logger.ts';
import { limitTransfers } from '../src/transfers.ts';

const layouts = ['in memory', 'over gRPC'] as const;

/** Starts transfers that last until they are released, even if their caller has left. */
async function start(layout: (typeof layouts)[number]) {
  const { promise: letGo, resolve } = Promise.withResolvers<void>();
  const counts = { running: 0 };
  const methods: Partial<ServiceImpl<typeof ProbeService>> = {
    async *listItems() {
      counts.running += 1;
      yield { totalCount: 1n };
      await letGo;
      counts.running -= 1;
    },
    async upload(requests) {
      counts.running += 1;
      for await (const _ of requests);
      await letGo;
      counts.running -= 1;
      return {};
    },
  };
  const keys = createTestKeys();
  const places = createShares({ of: 'transfers', ofEach: 2, ofAll: 16, least: 1, waitMs: 20 });
  const log = testLogger();
  const interceptors = [...serverInterceptors({ tokens: keys.tokensOf('workflows'), log }), limitTransfers(places)];
  const routes: Routes = (router) => void router.service(ProbeService, methods);
  const server =
    layout === 'in memory' ? undefined : await serveRpc({ routes, interceptors, host: '127.0.0.1', port: 0, log });
  const peers =
    server === undefined ? createInMemoryPeers() : createGrpcPeers({ workflows: `127.0.0.1:${server.port}` });
  peers.register('workflows', routes, interceptors);
  return {
    client: clientFor(ProbeService, { peers, target: 'workflows', tokens: keys.tokensOf('gateway') })(editor),
    counts: () => ({ places: places.used(String(editor.organizationId)), running: counts.running }),
    letGo: resolve,
    async [Symbol.asyncDispose]() {
      resolve();
      peers.close();
      await server?.stop(0);
    },
  };
}

type Service = Awaited<ReturnType<typeof start>>;

async function download({ client }: Service, signal: AbortSignal): Promise<void> {
  for await (const _ of client.listItems({}, { signal }));
}

async function upload({ client }: Service, signal: AbortSignal): Promise<void> {
  async function* parts() {
    yield { body: { data: Buffer.from('abc') } };
  }
  await client.upload(parts(), { signal });
}

test.each(
  layouts.flatMap((layout) => [
    { layout, kind: 'download', transfer: download },
    { layout, kind: 'upload', transfer: upload },
  ]),
)('$layout: when 20 callers leave, the places of each $kind are kept until the handlers end', async (given) => {
  const { layout, transfer } = given;
  await using service = await start(layout);
  const leaving = new AbortController();
  const reasons = Array.from({ length: 20 }, () =>
    transfer(service, leaving.signal).catch((error: unknown) => fromConnectError(error).reason),
  );
  await eventually(() => expect(service.counts()).toEqual({ places: 2, running: 2 }));
  // Two calls run. All further calls have been refused before any caller leaves.
  const refused: unknown[] = [];
  for (const reason of reasons) void reason.then((text) => refused.push(text));
  await eventually(() => expect(refused).toEqual(Array(18).fill('too_much_at_once')));
  leaving.abort();
  expect((await Promise.all(reasons)).filter((reason) => reason === 'cancelled')).toHaveLength(2);
  const further = transfer(service, new AbortController().signal).catch(fromConnectError);
  expect(await further).toMatchObject({ reason: 'too_much_at_once' });
  expect(service.counts()).toEqual({ places: 2, running: 2 });
  service.letGo();
  await eventually(() => expect(service.counts().places).toBe(0));
});
