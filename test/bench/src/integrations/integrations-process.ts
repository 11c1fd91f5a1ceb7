import { createEmbeddedTransport } from '@drippulse/events';
import { service } from '@drippulse/integrations';
import { createLogger } from '@drippulse/observability';
import { runMain } from '@drippulse/process';
import { findAction, findProvider } from '@drippulse/providers';
import { createGrpcPeers } from '@drippulse/rpc';

/**
 * The integrations service as its own main starts it, with the event transport that needs no other server. Providers
 * have no rate limits, so that only the service is measured.
 */
type Config = Parameters<typeof service.start>[0];
const config: Config = JSON.parse(process.env['BENCH_CONFIG'] ?? '{}');
// Exits if the parent that uses this process has ended.
process.on('disconnect', () => process.exit(1));

await runMain(async () => {
  const log = createLogger({ level: config.logLevel });
  const events = createEmbeddedTransport({ url: config.databaseUrl, log });
  const peers = createGrpcPeers({});
  const catalog = {
    findAction,
    findProvider: (name: string) => {
      const provider = findProvider(name);
      return provider && { ...provider, limits: [] };
    },
  };
  const running = await service.start(config, { peers, events, log, catalog });
  process.send?.({ port: running.port });
  return {
    async stop() {
      await running.stop();
      await events.close();
      peers.close();
      process.disconnect?.();
    },
  };
});
