import { type Config, startService } from '@drippulse/enrollment-runtime';
import { createEmbeddedTransport } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { createGrpcPeers } from '@drippulse/rpc';
import { runMain } from '@drippulse/runtime';

/** The runtime as its own main starts it, with the event transport that needs no other server. */
const config: Config = JSON.parse(process.env['BENCH_CONFIG'] ?? '{}');
// Nobody is left to ask anything of it.
process.on('disconnect', () => process.exit(1));

await runMain(async () => {
  const log = createLogger({ level: config.logLevel });
  const events = createEmbeddedTransport({ url: config.databaseUrl, log });
  const peers = createGrpcPeers(config.peerAddresses);
  const service = await startService(config, { peers, events, log });
  process.send?.({ ready: true });
  return {
    async stop() {
      await service.stop();
      await events.close();
      peers.close();
      process.disconnect?.();
    },
  };
});
