import { createLogger, startOpsServer } from '@drippulse/observability';
import { runMain } from '@drippulse/process';
import { createGrpcPeers } from '@drippulse/rpc';
import { readProcessEnv } from '@drippulse/service';
import { readSplitConfig } from './config.ts';
import { startService } from './service.ts';

await runMain(async () => {
  const config = readSplitConfig(process.env);
  const settings = readProcessEnv(process.env);
  const log = createLogger({ level: config.logLevel });
  const peers = createGrpcPeers(config.peerAddresses, settings.grpcTls);
  let hasBeenWhole = false;
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
      // A part that is away later fails its own routes, with a 503 that says when to come back: to send everybody away
      // would take the other routes as well, at all gateways at once.
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
