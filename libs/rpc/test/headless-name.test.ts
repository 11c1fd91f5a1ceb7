import { createLogger } from '@drippulse/observability';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { freePort } from '@drippulse/servers';
import { eventually, startNameServer } from '@drippulse/testing';
import { serviceNames } from '@drippulse/topology';
import { afterEach, expect, test } from '@jest/globals';
import type { Caller } from '../src/index.ts';

// grpc-js reads this variable when it is imported. It then resolves names with the server in the address, not with the
// system's resolver.
process.env['GRPC_NODE_USE_ALTERNATIVE_RESOLVER'] = 'true';
const rpc = await import('../src/index.ts');

const editor: Caller = { organizationId: 7n, actor: { type: 'user', id: '3' }, role: 'editor', mode: 'live' };
const keys = rpc.generateInternalTokenKeys(serviceNames);
const tokensOf = (service: 'workflows' | 'gateway') =>
  rpc.createTokens({ service, keys: rpc.parseInternalTokenKeys(keys[service]) });
const log = createLogger({ level: 'silent' });
const opened: { stop(graceMs?: number): Promise<void> }[] = [];
/** Releases the responses of the waiting calls. */
let release: () => void;
const released = new Promise<void>((resolve) => {
  release = resolve;
});
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.stop(0);
});

async function serve(host: string, port: number) {
  const server = await rpc.serveRpc({
    routes: (router) => {
      router.service(ProbeService, {
        async echo({ delayMs }) {
          if (delayMs) await released;
          return { name: host };
        },
      });
    },
    interceptors: rpc.serverInterceptors({ tokens: tokensOf('workflows'), log }),
    ...{ host, port, log },
  });
  opened.push(server);
  return server;
}

// Systems other than Linux have only one loopback address.
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a name is followed to the process that took the place of the last one, twice within seconds', async () => {
  const port = await freePort();
  let addresses = ['127.0.0.2'];
  const names = await startNameServer(() => addresses);
  opened.push(names);
  let server = await serve('127.0.0.2', port);
  const peers = rpc.createGrpcPeers({ workflows: `dns://127.0.0.1:${names.port}/workflows.test:${port}` });
  opened.push({ stop: async () => peers.close() });
  const client = rpc.clientFor(ProbeService, { peers, target: 'workflows', tokens: tokensOf('gateway') });
  expect((await client(editor).echo({})).name).toBe('127.0.0.2');
  for (const host of ['127.0.0.3', '127.0.0.4']) {
    const old = server;
    server = await serve(host, port);
    addresses = [host];
    await old.stop();
    expect((await client(editor).echo({})).name).toBe(host);
  }
});

onLinux('processes that a name gains and loses are called and not called, while connections hold', async () => {
  const port = await freePort();
  let addresses = ['127.0.0.2'];
  const names = await startNameServer(() => addresses);
  opened.push(names);
  for (const host of ['127.0.0.2', '127.0.0.3', '127.0.0.4']) await serve(host, port);
  const target = `dns://127.0.0.1:${names.port}/workflows.test:${port}`;
  const peers = rpc.createGrpcPeers({ workflows: target }, undefined, { 'drippulse.look_up_every_ms': 100 });
  opened.push({ stop: async () => peers.close() });
  const client = rpc.clientFor(ProbeService, { peers, target: 'workflows', tokens: tokensOf('gateway') })(editor);
  const answering = async () => {
    const hosts = new Set<string>();
    for (let call = 0; call < 10; call += 1) hosts.add((await client.echo({})).name ?? '');
    expect([...hosts].sort()).toEqual(addresses);
  };
  const underWay = client.echo({ delayMs: 1 });
  await answering();
  addresses = ['127.0.0.2', '127.0.0.3'];
  await eventually(answering);
  addresses = ['127.0.0.3', '127.0.0.4'];
  await eventually(answering);
  release();
  expect((await underWay).name).toBe('127.0.0.2');
});
