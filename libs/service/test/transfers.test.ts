import { createShares } from '@drippulse/loops';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { type Caller, clientFor, createInMemoryPeers, fromConnectError, serverInterceptors } from '@drippulse/rpc';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { editor, stranger } from '../src/harness/index.ts';
import { createTestKeys } from '../src/harness/keys.ts';
import { testLogger } from '../src/harness/test-logger.ts';
import { limitTransfers } from '../src/transfers.ts';

const itself: Caller = { ...editor, actor: { type: 'service', id: 'crm' } };

let clientOf: (caller: Caller) => ReturnType<ReturnType<typeof clientFor<typeof ProbeService>>>;
let peers: ReturnType<typeof createInMemoryPeers>;
beforeEach(() => {
  const keys = createTestKeys();
  peers = createInMemoryPeers();
  const places = createShares({ of: 'transfers', ofEach: 2, ofAll: 5, waitMs: 20 });
  const interceptors = [
    ...serverInterceptors({ tokens: keys.tokensOf('workflows'), log: testLogger() }),
    limitTransfers(places),
  ];
  peers.register(
    'workflows',
    (router) => {
      router.service(ProbeService, {
        async *listItems() {
          for (;;) yield { totalCount: 1n };
        },
        async upload(requests) {
          let size = 0n;
          for await (const { body } of requests) size += BigInt(body?.data.length ?? 0);
          return { size };
        },
        echo: ({ id }) => ({ id }),
      });
    },
    interceptors,
  );
  clientOf = clientFor(ProbeService, { peers, target: 'workflows', tokens: keys.tokensOf('gateway') });
});
afterEach(() => peers.close());

async function open(caller: Caller) {
  const leaving = new AbortController();
  const messages = clientOf(caller).listItems({}, { signal: leaving.signal })[Symbol.asyncIterator]();
  await messages.next();
  return {
    async end() {
      leaving.abort();
      await messages.next().catch(() => undefined);
    },
  };
}

const reasonOf = (call: Promise<unknown>) =>
  call.then(
    () => 'none',
    (error) => fromConnectError(error).reason,
  );

test('an organization has so many transfers at once, all have so many, and one that ends leaves its place', async () => {
  const [first, second] = [await open(editor), await open(editor)];
  expect(await reasonOf(open(editor))).toBe('too_much_at_once');
  const error = await open(editor).catch(fromConnectError);
  expect(error).toMatchObject({ kind: 'resource_exhausted', retryAfterSeconds: 5 });
  expect(await clientOf(editor).echo({ id: 1n })).toMatchObject({ id: 1n });
  const other = await open(stranger);
  expect(await reasonOf(open(stranger))).toBe('busy');
  await first.end();
  await (await open(editor)).end();
  async function* parts() {
    yield { body: { data: Buffer.from('abc') } };
  }
  expect(await clientOf(editor).upload(parts())).toMatchObject({ size: 3n });
  expect(await clientOf(editor).upload(parts())).toMatchObject({ size: 3n });
  for (const each of [second, other]) await each.end();
});

test('a transfer that a service makes for itself needs no place', async () => {
  const opened = [await open(itself), await open(itself), await open(itself), await open(itself)];
  for (const each of opened) await each.end();
});
