import { createEmbeddedTransport } from '@drippulse/events';
import { createGrpcPeers, createInMemoryPeers } from '@drippulse/rpc';
import type { ServiceConfig, ServiceDefinition } from '../index.ts';
import { testLogger } from './test-logger.ts';

/**
 * Starts a service in a process that a test kills or freezes. TEST_CONFIG has the service's configuration as JSON, and
 * TEST_PEERS the addresses of its peers, if it has any.
 */
export async function runChild<C extends ServiceConfig, O extends object>(
  service: ServiceDefinition<C, O>,
  overrides: O,
): Promise<void> {
  const config: C = JSON.parse(process.env['TEST_CONFIG'] ?? '{}');
  const log = testLogger();
  const events = createEmbeddedTransport({ url: config.databaseUrl, log });
  const addresses = process.env['TEST_PEERS'];
  const peers = addresses === undefined ? createInMemoryPeers() : createGrpcPeers(JSON.parse(addresses));
  await service.start(config, { peers, events, log, ...overrides });
}
