import { createLogger, createMetrics, startOpsServer } from '@drippulse/observability';
import { createGrpcPeers } from '@drippulse/rpc';
import { readProcessEnv, runMain } from '@drippulse/runtime';
import { openLimiters } from '../limiters.ts';
import { readSplitConfig } from './config.ts';
import { startIdentity } from './service.ts';

// Identity in a process of its own. The gateway of this layout has IDENTITY_ADDRESS set.
await runMain(async () => {
  const config = readSplitConfig(process.env);
  const settings = readProcessEnv(process.env);
  const log = createLogger({ level: config.logLevel });
  const metrics = createMetrics('identity');
  const peers = createGrpcPeers(config.peerAddresses, settings.grpcTls);
  const limiters = openLimiters({ redisUrl: config.redisUrl, log, metrics });
  const identity = await startIdentity(config, { peers, log, metrics, limiters });
  const ops = await startOpsServer({
    service: 'identity',
    host: config.host,
    port: config.opsPort,
    registries: [metrics],
    leaveMs: settings.shutdownDelayMs,
    alive: () => true,
    async ready() {
      const parts = await identity.ready();
      return { ok: Object.values(parts).every(Boolean), parts };
    },
  });
  log.info({ grpc_port: identity.grpcPort, ops_port: ops.port }, 'identity serves');
  return {
    async stop() {
      await ops.leave();
      await identity.stop();
      await limiters.stop();
      peers.close();
      await ops.stop();
    },
  };
});
