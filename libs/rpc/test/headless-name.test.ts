import { createLogger } from '@drippulse/observability';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { freePort } from '@drippulse/testing';
import { afterAll, expect, test } from '@jest/globals';
import type { Caller } from '../src/index.ts';
import { startNameServer } from './name-server.ts';

// grpc-js reads it as it is loaded: names are asked of the server that the address tells, not of the system's.
process.env['GRPC_NODE_USE_ALTERNATIVE_RESOLVER'] = 'true';
const rpc = await import('../src/index.ts');

const editor: Caller = { organizationId: 7n, actor: { type: 'user', id: '3' }, role: 'editor', mode: 'live' };
const keys = rpc.generateInternalTokenKeys(rpc.serviceNames);
const tokensOf = (service: 'workflows' | 'gateway') =>
  rpc.createTokens({ service, keys: rpc.parseInternalTokenKeys(keys[service]) });
const log = createLogger({ level: 'silent' });
const opened: { stop(graceMs?: number): Promise<void> }[] = [];
afterAll(async () => {
  for (const part of opened.reverse()) await part.stop(0);
});

async function serve(host: string, port: number) {
  const server = await rpc.serveRpc({
    routes: (router) => {
      router.service(ProbeService, { echo: () => ({ name: host }) });
    },
    interceptors: rpc.serverInterceptors({ tokens: tokensOf('workflows'), log }),
    ...{ host, port, log },
  });
  opened.push(server);
  return server;
}

// Other systems have one loopback address only.
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a name is followed to the process that took the place of the last one, twice within seconds', async () => {
  const port = await freePort();
  const names = await startNameServer(['127.0.0.2']);
  opened.push(names);
  let server = await serve('127.0.0.2', port);
  const peers = rpc.createGrpcPeers({ workflows: `dns://127.0.0.1:${names.port}/workflows.test:${port}` });
  opened.push({ stop: async () => peers.close() });
  const client = rpc.clientFor(ProbeService, { peers, target: 'workflows', tokens: tokensOf('gateway') });
  expect((await client(editor).echo({})).name).toBe('127.0.0.2');
  for (const host of ['127.0.0.3', '127.0.0.4']) {
    const old = server;
    server = await serve(host, port);
    names.addresses = [host];
    await old.stop();
    expect((await client(editor).echo({})).name).toBe(host);
  }
});
