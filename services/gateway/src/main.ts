import { createLogger, startOpsServer } from '@drippulse/observability';
import { createGrpcPeers } from '@drippulse/rpc';
import { readProcessEnv, runMain } from '@drippulse/runtime';
import { readSplitConfig } from './config.ts';
import { startService } from './service.ts';

await runMain(async () => {
  const config = readSplitConfig(process.env);
  const settings = readProcessEnv(process.env);
  const log = createLogger({ level: config.logLevel });
  const peers = createGrpcPeers(config.peerAddresses, settings.grpcTls);
  const service = await startService({ ...config, grpcPort: config.grpcPort ?? 0 }, { peers, log });
  const ops = await startOpsServer({
    service: 'gateway',
    host: config.host,
    port: config.opsPort,
    registries: [service.metrics],
    leaveMs: settings.shutdownDelayMs,
    alive: () => true,
    async ready() {
      const parts = await service.ready();
      return { ok: Object.values(parts).every(Boolean), parts };
    },
  });
  log.info({ port: service.port, grpc_port: service.grpcPort, ops_port: ops.port }, 'gateway started');
  return {
    async stop() {
      service.leave();
      await ops.leave();
      await service.stop();
      peers.close();
      await ops.stop();
    },
  };
});
