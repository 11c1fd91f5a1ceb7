import { createKafkaTransport, type EventTransport } from '@drippulse/events';
import { createLogger, type Logger, startOpsServer } from '@drippulse/observability';
import { ConfigError, readAll, runMain } from '@drippulse/process';
import { createGrpcPeers } from '@drippulse/rpc';
import { type ServiceName, services } from '@drippulse/topology';
import { readPeerAddresses, type ServiceConfig } from './config.ts';
import type { ServiceDefinition } from './define-service.ts';
import { type ProcessSettings, readProcessEnv } from './process-env.ts';

/** The whole main.ts of a service: reads the environment, starts it, waits for a signal, and stops everything. */
export async function runService<C extends ServiceConfig>(service: ServiceDefinition<C>): Promise<void> {
  await runMain(async () => {
    const { name } = service;
    const [config, settings, addresses] = readAll(
      () => service.readConfig(process.env),
      () => readSplitSettings(name, process.env),
      () => readPeerAddresses(name, process.env),
    );
    const log = createLogger({ level: config.logLevel });
    await using starting = new AsyncDisposableStack();
    const peers = starting.adopt(createGrpcPeers(addresses, settings.grpcTls), (opened) => opened.close());
    const events = starting.adopt(connectEvents(name, settings, log), (opened) => opened.close());
    const running = starting.adopt(
      await service.start({ ...config, grpcPort: config.grpcPort ?? 0 }, { peers, events, log }),
      (opened) => opened.stop(),
    );
    const ops = await startOpsServer({
      service: name,
      host: config.host,
      port: config.opsPort,
      registries: [running.metrics],
      leaveMs: settings.shutdownDelayMs,
      alive: events.healthy,
      async ready() {
        const parts = { ...(await running.ready()), events: events.healthy() };
        return { ok: Object.values(parts).every(Boolean), parts };
      },
    });
    log.info({ grpc_port: running.port, ops_port: ops.port }, `${name} serves`);
    const opened = starting.move();
    return {
      async stop() {
        running.leave?.();
        await ops.leave();
        await opened.disposeAsync();
        await ops.stop();
      },
    };
  });
}

/** Services that are apart share events through Kafka alone. */
function readSplitSettings(name: ServiceName, env: NodeJS.ProcessEnv): ProcessSettings {
  const settings = readProcessEnv(env);
  if (services[name].servers.includes('kafka') && settings.kafka.brokers === undefined) {
    throw new ConfigError(['KAFKA_BROKERS: is required when services run as processes of their own']);
  }
  return settings;
}

function connectEvents(name: ServiceName, { kafka }: ProcessSettings, log: Logger): EventTransport {
  return createKafkaTransport({ brokers: kafka.brokers ?? [], clientId: name, log, settings: kafka });
}
