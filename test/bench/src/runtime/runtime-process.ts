import { type Config, service } from '@drippulse/enrollments';
import { createEmbeddedTransport } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { runMain } from '@drippulse/process';
import { createGrpcPeers } from '@drippulse/rpc';

/** The runtime as its own main starts it, with the event transport that needs no other server. */
const config: Config = JSON.parse(process.env['BENCH_CONFIG'] ?? '{}');
// Exits if the parent that uses this process has ended.
process.on('disconnect', () => process.exit(1));

await runMain(async () => {
  const log = createLogger({ level: config.logLevel });
  const events = createEmbeddedTransport({ url: config.databaseUrl, log });
  const peers = createGrpcPeers({});
  const running = await service.start(config, { peers, events, log });
  process.send?.({ ready: true });
  return {
    async stop() {
      await running.stop();
      await events.close();
      peers.close();
      process.disconnect?.();
    },
  };
});
