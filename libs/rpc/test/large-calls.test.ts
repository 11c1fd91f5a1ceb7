import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { eventually } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RpcServer } from '../src/grpc/server.ts';
import { clientFor, createGrpcPeers, type Peers, withLargeAnswer } from '../src/index.ts';
import { serveSome, tokens } from './serve-echo.ts';
import { startSlowLine } from './slow-line.ts';
import { editor } from './start-probe.ts';
import { startWatchedLine } from './watched-line.ts';

const partBytes = 64 << 10;
const few = Array.from({ length: 10 }, (_, index) => BigInt(index));

let server: RpcServer;
let peers: Peers;

beforeEach(async () => {
  server = await serveSome({
    echo: ({ id, name = '' }) => ({ id, header: String(name.length) }),
    async upload(requests) {
      let size = 0n;
      for await (const { body } of requests) size += BigInt(body?.data.length ?? 0);
      return { size };
    },
  });
});
afterEach(async () => {
  peers.close();
  await server.stop(0);
});

type Client = ReturnType<typeof clientOf>;

function clientOf(port: number) {
  peers = createGrpcPeers({ workflows: `127.0.0.1:${port}` });
  return clientFor(ProbeService, { peers, target: 'workflows', tokens })(editor);
}

async function* parts() {
  for (let sent = 0; sent < 32; sent += 1) yield { body: { data: new Uint8Array(partBytes) } };
}

test.each([
  ['a large request', async (client: Client) => (await client.echo({ name: 'x'.repeat(32 * partBytes) })).header],
  ['an upload', async (client: Client) => String((await client.upload(parts())).size)],
])('%s that is still under way holds up no small call', async (_, send) => {
  const line = await startSlowLine(server.port, partBytes);
  const client = clientOf(line.port);
  const large = send(client);
  await eventually(() => expect(line.held()).toBe(1));
  const answers = few.map((id) => client.echo({ id }, { timeoutMs: 180_000 }));
  expect((await Promise.all(answers)).map(({ id }) => id)).toEqual(few);
  line.goOn();
  expect(await large).toBe(String(32 * partBytes));
  peers.close();
  await line.stop();
});

test('a call whose answer may be large shares no connection with small calls', async () => {
  let connections = 0;
  const line = await startWatchedLine(server.port, () => {
    connections += 1;
    return () => undefined;
  });
  const client = clientOf(line.port);
  const echo = (id: bigint) => client.echo({ id }, { contextValues: withLargeAnswer() });
  await Promise.all(few.map((id) => client.echo({ id })));
  expect(connections).toBe(1);
  expect((await Promise.all(few.map(echo))).map(({ id }) => id)).toEqual(few);
  await Promise.all(few.map((id) => client.echo({ id })));
  expect(connections).toBe(2);
  peers.close();
  await line.stop();
});
