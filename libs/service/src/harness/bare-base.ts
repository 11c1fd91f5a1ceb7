import type { DescService } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import { createSealer, type Database } from '@drippulse/db';
import { createKafkaTransport } from '@drippulse/events';
import { systemClock } from '@drippulse/loops';
import { createMetrics } from '@drippulse/observability';
import {
  type Caller,
  clientFor,
  createChainHeaders,
  createInMemoryPeers,
  type Routes,
  serverInterceptors,
} from '@drippulse/rpc';
import { type ServiceName, servedBy } from '@drippulse/topology';
import type { ServiceBase, ServiceConfig, ServiceDefinition } from '../index.ts';
import { createTestKeys } from './keys.ts';
import { testLogger } from './test-logger.ts';

/** Makes the base of a service for a test that measures single operations, so no relay and no loop runs. */
export function bareBase<C extends ServiceConfig, DB>(
  service: ServiceDefinition<C, never>,
  db: Database<DB>,
  env: Record<string, string> = {},
): ServiceBase<C, DB> & { serve(routes: Routes): void; clientsFrom: ClientsFrom } {
  const { name } = service;
  const log = testLogger();
  const keys = createTestKeys();
  const url = 'postgres://none.invalid/none';
  const config = service.readConfig({ ...keys.environmentOf(name, url), ...env });
  const peers = createInMemoryPeers();
  const tokens = keys.tokensOf(name);
  return {
    config,
    db,
    transfers: db,
    relay: { wake: () => undefined },
    hints: { note: () => undefined },
    tokens,
    chains: createChainHeaders(config.chainKeys),
    sealer: createSealer(config.encryptionKeys),
    clock: systemClock,
    log,
    registry: createMetrics('test'),
    // The transport would connect on first use, which never happens, so nothing is left running after the test.
    events: createKafkaTransport({ brokers: [], clientId: 'test', log }),
    peers,
    client: (rpc, target = servedBy(rpc)) => clientFor(rpc, { peers, target, tokens }),
    serve: (routes) => peers.register(name, routes, serverInterceptors({ tokens, log })),
    clientsFrom: (from, rpc) => clientFor(rpc, { peers, target: servedBy(rpc), tokens: keys.tokensOf(from) }),
  };
}

type ClientsFrom = <S extends DescService>(from: ServiceName, rpc: S) => (caller: Caller) => Client<S>;
