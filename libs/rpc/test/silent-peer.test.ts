import { connectDeadlineMs } from '@drippulse/grpc-patches';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { eventually, type Fault, type FaultProxy, startFaultProxy } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RpcServer } from '../src/grpc/server.ts';
import { clientFor, createGrpcPeers, createInMemoryPeers, fromConnectError, type Peers } from '../src/index.ts';
import { interceptors, serveEcho, tokens } from './serve-echo.ts';
import { editor } from './start-probe.ts';

/**
 * The deadline of the calls. The times in `channel`, after which a silent connection is detected, are longer in
 * production.
 */
const timeoutMs = 500;
const channel = { 'grpc.keepalive_time_ms': 200, 'grpc.keepalive_timeout_ms': 200, [connectDeadlineMs]: 300 };

let server: RpcServer;
let proxy: FaultProxy;
let peers: Peers;
beforeEach(async () => {
  server = await serveEcho(({ id }) => ({ id }));
  proxy = await startFaultProxy({ port: server.port });
  peers = createGrpcPeers({ workflows: `127.0.0.1:${proxy.port}` }, undefined, channel);
});
afterEach(async () => {
  peers.close();
  await proxy.stop();
  await server.stop(0);
});

const call = (deadlineMs = timeoutMs, through = peers) =>
  clientFor(ProbeService, { peers: through, target: 'workflows', tokens })(editor)
    .echo({ id: 5n }, { timeoutMs: deadlineMs })
    .then(
      () => 'answered',
      (error: unknown) => fromConnectError(error).kind,
    );

test.each<Fault>(['swallowed', 'half_open', 'cut', 'slow'])(
  'a peer that is %s fails each call within its deadline as unavailable, and is called again once it is back',
  async (fault) => {
    expect(await call(10_000)).toBe('answered');
    proxy.fail(fault);
    const failed = await Promise.all([call(), call(), call(), call()]);
    if (fault === 'cut' || fault === 'swallowed') expect(new Set(failed)).toEqual(new Set(['unavailable']));
    if (fault === 'swallowed') expect(await peers.isServing('workflows')).toBe(false);
    proxy.heal();
    await eventually(async () => expect(await call(2000)).toBe('answered'));
  },
);

test('a call in memory fails at its deadline too, whatever its handler waits for', async () => {
  const own = createInMemoryPeers();
  own.register(
    'workflows',
    (router) => void router.service(ProbeService, { echo: () => new Promise(() => undefined) }),
    [...interceptors],
  );
  expect(await call(50, own)).toBe('unavailable');
});
