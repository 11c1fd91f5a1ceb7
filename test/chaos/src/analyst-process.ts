import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { type Config, service } from '@drippulse/analytics';
import { createKafkaTransport } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { runMain } from '@drippulse/process';
import { createGrpcPeers } from '@drippulse/rpc';
import type { FromRuntime } from './runtime.ts';

/** The service that counts, as its own main starts it. */
const { kafkaBrokers: brokers, ...config }: Config & { kafkaBrokers: string[] } = JSON.parse(
  process.env['CHAOS_CONFIG'] ?? '{}',
);

// Its parent is gone.
process.on('disconnect', () => process.exit(1));
// A killed process does not store its compiled code.
flushCompileCache();
await once(process, 'message');

await runMain(async () => {
  const log = createLogger({ level: 'warn' });
  const events = createKafkaTransport({ brokers, clientId: service.name, log });
  const peers = createGrpcPeers({});
  const running = await service.start(config, { peers, events, log });
  const ready: FromRuntime = { ready: true };
  process.send?.(ready);
  return {
    async stop() {
      await running.stop();
      await events.close();
      peers.close();
      process.disconnect?.();
    },
  };
});
