import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { createKafkaTransport } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { createGrpcPeers } from '@drippulse/rpc';
import { runMain } from '@drippulse/runtime';
import { type Config, startService } from '@drippulse/webhook-delivery';
import type { FromRuntime } from './runtime.ts';

/** The service that delivers webhooks, as its own main starts it. */
const config: Config = JSON.parse(process.env['CHAOS_CONFIG'] ?? '{}');

// Nobody is left to tell it anything.
process.on('disconnect', () => process.exit(1));
// A process that is killed does not keep what it compiled.
flushCompileCache();
await once(process, 'message');

await runMain(async () => {
  const log = createLogger({ level: 'warn' });
  const events = createKafkaTransport({ brokers: config.kafkaBrokers ?? [], clientId: 'webhook-delivery', log });
  const peers = createGrpcPeers({});
  const service = await startService(config, { peers, events, log });
  const ready: FromRuntime = { ready: true };
  process.send?.(ready);
  return {
    async stop() {
      await service.stop();
      await events.close();
      peers.close();
      process.disconnect?.();
    },
  };
});
