import { setTimeout as sleep } from 'node:timers/promises';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { freePort } from '@drippulse/servers';
import { eventually } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RpcServer } from '../src/grpc/server.ts';
import { clientFor, createGrpcPeers, type Peers } from '../src/index.ts';
import { serveEcho, tokens } from './serve-echo.ts';
import { editor } from './start-probe.ts';

let ports: number[];
let peers: Peers;
let server: RpcServer;

beforeEach(async () => {
  ports = [await freePort(), await freePort()];
  server = await serve(0);
  peers = createGrpcPeers({ workflows: `ipv4:${ports.map((port) => `127.0.0.1:${port}`).join(',')}` });
});
afterEach(async () => {
  peers.close();
  await server.stop(0);
});

function serve(place: number): Promise<RpcServer> {
  return serveEcho(async ({ id, delayMs }) => {
    if (delayMs) await sleep(delayMs);
    return { id };
  }, ports[place]);
}

const echo = () => clientFor(ProbeService, { peers, target: 'workflows', tokens })(editor).echo({ id: 5n });

test('no call fails while the only process of a peer is replaced, however soon the old one leaves', async () => {
  let isOver = false;
  let calls = 0;
  const callers = Array.from({ length: 10 }, async () => {
    while (!isOver) {
      await echo();
      calls += 1;
    }
  });
  const calling = Promise.all(callers);
  calling.catch(() => undefined);
  for (const place of [1, 0, 1, 0]) {
    const before = calls;
    const old = server;
    server = await serve(place);
    await old.stop();
    while (calls < before + 100) await Promise.race([calling, echo()]);
  }
  isOver = true;
  await calling;
});

test('calls of a peer that stays away wait for it once, then fail at once; so again after it was back', async () => {
  const fail = (from = peers) =>
    expect(
      clientFor(ProbeService, { peers: from, target: 'workflows', tokens })(editor).echo({ id: 5n }),
    ).rejects.toThrow('No connection established');
  for (const place of [0, 1]) {
    await eventually(echo);
    await server.stop();
    await fail();
    // A new client has not noticed that the process is gone, so its call waits for a connection. The other client has
    // noticed it, so its calls begin later but fail immediately.
    const strangers = createGrpcPeers({ workflows: `127.0.0.1:${ports[place]}` });
    const ended: string[] = [];
    const waiting = fail(strangers).then(() => ended.push('first call'));
    for (let count = 0; count < 3; count += 1) await fail().then(() => ended.push('later call'));
    await waiting;
    expect(ended).toEqual(['later call', 'later call', 'later call', 'first call']);
    strangers.close();
    server = await serve(place);
  }
});

test('a call that is under way while its process stops ends well, though keepalives are due in that time', async () => {
  const often = createGrpcPeers({ workflows: `127.0.0.1:${ports[0]}` }, undefined, { 'grpc.keepalive_time_ms': 50 });
  const client = clientFor(ProbeService, { peers: often, target: 'workflows', tokens })(editor);
  await client.echo({ id: 5n });
  const underWay = client.echo({ id: 6n, delayMs: 500 });
  underWay.catch(() => undefined);
  await client.echo({ id: 7n });
  await server.stop();
  expect((await underWay).id).toBe(6n);
  often.close();
});
