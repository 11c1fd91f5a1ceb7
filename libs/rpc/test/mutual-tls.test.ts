import { createLogger } from '@drippulse/observability';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createGrpcPeers, type Peers, serveRpc } from '../src/index.ts';
import type { GrpcTls } from '../src/tls.ts';
import { createAuthority } from './certificates.ts';

const log = createLogger({ service: 'test', level: 'silent' });
const opened: Peers[] = [];
let ours: Awaited<ReturnType<typeof createAuthority>>;
let server: Awaited<ReturnType<typeof serveRpc>>;

beforeAll(async () => {
  ours = await createAuthority('ours');
  const tls = await ours.issue('workflows');
  server = await serveRpc({ routes: () => undefined, interceptors: [], host: '127.0.0.1', port: 0, log, tls });
});
afterAll(async () => {
  for (const peers of opened) peers.close();
  await server.stop(100);
});

/** Whether the port responds to a client with these files. */
async function isServed(tls: GrpcTls | undefined): Promise<boolean> {
  const peers = createGrpcPeers({ workflows: `127.0.0.1:${server.port}` }, tls);
  opened.push(peers);
  return peers.isServing('workflows');
}

test('a service with a certificate of the same authority is served', async () => {
  expect(await isServed(await ours.issue('gateway'))).toBe(true);
});

test('without TLS, and with a certificate of another authority, nobody is', async () => {
  expect(await isServed(undefined)).toBe(false);
  expect(await isServed(await (await createAuthority('others')).issue('gateway'))).toBe(false);
});

test('knowing our authority is not enough without a certificate of it', async () => {
  const own = await ours.issue('gateway');
  const stranger = await (await createAuthority('others')).issue('gateway');
  expect(await isServed({ ...stranger, caFile: own.caFile })).toBe(false);
});
