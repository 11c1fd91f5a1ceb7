import { createEmbeddedTransport } from '@drippulse/events';
import { createInMemoryPeers } from '@drippulse/rpc';
import type { ServiceConfig, ServiceDefinition } from '../index.ts';
import { testLogger } from './environment.ts';

/** Starts a service in a process that a test kills or freezes; the configuration is the JSON of TEST_CONFIG. */
export async function runChild<C extends ServiceConfig, O extends object>(
  service: ServiceDefinition<C, O>,
  overrides: O,
): Promise<void> {
  const config: C = JSON.parse(process.env['TEST_CONFIG'] ?? '{}');
  const log = testLogger();
  const events = createEmbeddedTransport({ url: config.databaseUrl, log });
  await service.start(config, { peers: createInMemoryPeers(), events, log, ...overrides });
}
