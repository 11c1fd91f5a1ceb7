import { createEmbeddedTransport } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { createInMemoryPeers } from '@drippulse/rpc';
import { type Config, startService } from '../src/service.ts';

/**
 * The runtime in a process of its own, which dies by SIGKILL the first time it reaches `killAt`. The
 * configuration comes from the test.
 */
const { killAt, ...config }: Config & { killAt: string } = JSON.parse(process.env['TEST_CONFIG'] ?? '{}');
const log = createLogger({ level: 'fatal' });
const events = createEmbeddedTransport({ url: config.databaseUrl, log });
await startService(config, {
  peers: createInMemoryPeers(),
  events,
  log,
  fault(point) {
    if (point === killAt) process.kill(process.pid, 'SIGKILL');
  },
});
