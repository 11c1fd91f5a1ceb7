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
  let hasBeenWhole = false;
  const identity = config.identity && { ...config.identity, grpcPort: config.identity.grpcPort ?? 0 };
  const service = await startService({ ...config, identity }, { peers, log });
  const ops = await startOpsServer({
    service: 'gateway',
    host: config.host,
    port: config.opsPort,
    registries: [service.metrics],
    leaveMs: settings.shutdownDelayMs,
    alive: () => true,
    async ready() {
      const parts = await service.ready();
      // A part that goes away later fails its own routes with 503 and Retry-After. Taking every gateway out of the load
      // balancer for it would fail the other routes as well.
      hasBeenWhole ||= Object.values(parts).every(Boolean);
      return { ok: hasBeenWhole, parts };
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
