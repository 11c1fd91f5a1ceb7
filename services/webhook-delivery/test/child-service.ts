import { createEmbeddedTransport } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { createInMemoryPeers } from '@drippulse/rpc';
import { type Config, startService } from '../src/service.ts';

// Runs the service in a child process, for tests that kill or freeze it. The configuration comes from the test.
const config: Config = JSON.parse(process.env['TEST_CONFIG'] ?? '{}');
const log = createLogger({ service: 'test', level: 'fatal' });
const events = createEmbeddedTransport({ url: config.databaseUrl, log });
await startService(config, { peers: createInMemoryPeers(), events, log });
