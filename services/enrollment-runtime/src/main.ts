import { createKafkaTransport } from '@drippulse/events';
import { createLogger, startOpsServer } from '@drippulse/observability';
import { createGrpcPeers } from '@drippulse/rpc';
import { ConfigError, readProcessEnv, runMain } from '@drippulse/runtime';
import { readConfig } from './config.ts';
import { startService } from './service.ts';

await runMain(async () => {
  const config = readConfig(process.env);
  const settings = readProcessEnv(process.env);
  if (config.kafkaBrokers === undefined) {
    throw new ConfigError(['KAFKA_BROKERS: is required when services run as processes of their own']);
  }
  const log = createLogger({ level: config.logLevel });
  const events = createKafkaTransport({
    brokers: config.kafkaBrokers,
    clientId: 'enrollment-runtime',
    log,
    settings: settings.kafka,
  });
  const peers = createGrpcPeers(config.peerAddresses, settings.grpcTls);
  const service = await startService({ ...config, grpcPort: config.grpcPort ?? 0 }, { peers, events, log });
  const ops = await startOpsServer({
    service: 'enrollment-runtime',
    host: config.host,
    port: config.opsPort,
    registries: [service.metrics],
    leaveMs: settings.shutdownDelayMs,
    alive: events.healthy,
    async ready() {
      const parts = { ...(await service.ready()), events: events.healthy() };
      return { ok: Object.values(parts).every(Boolean), parts };
    },
  });
  log.info({ grpc_port: service.port, ops_port: ops.port }, 'enrollment-runtime serves');
  return {
    async stop() {
      await ops.leave();
      await service.stop();
      await events.close();
      peers.close();
      await ops.stop();
    },
  };
});
