import { createKafkaTransport, type EventTransport } from '@drippulse/events';
import { createLogger, type Logger, openLogFile, startOpsServer } from '@drippulse/observability';
import { ConfigError, readAll, runMain } from '@drippulse/process';
import { createGrpcPeers } from '@drippulse/rpc';
import { addressVariable, processEntry, type ServiceName, services } from '@drippulse/topology';
import { type ProcessConfig, readPeerAddresses, type ServiceConfig } from './config.ts';
import type { Service, ServiceDefinition } from './define-service.ts';
import { peersWithin } from './peers-within.ts';
import { type ProcessSettings, readProcessEnv } from './process-env.ts';

/**
 * Runs the whole main.ts of a service: reads the environment, starts the service, waits for a signal, and stops
 * everything. `inner` runs within the process too, unless the environment has an address for it.
 */
export async function runService<C extends ProcessConfig, I extends ServiceConfig = ServiceConfig>(
  service: ServiceDefinition<C>,
  inner?: ServiceDefinition<I>,
): Promise<void> {
  await runMain(async () => {
    const { name } = service;
    const { env } = process;
    const hosted = inner !== undefined && !env[addressVariable(inner.name)] ? inner : undefined;
    const [config, hostedConfig, settings, addresses] = readAll(
      () => service.readConfig(env),
      () => hosted?.readConfig(env),
      () => readSplitSettings(name, env),
      () => readPeerAddresses(name, env),
    );
    const { logFile } = settings;
    const log = createLogger({ level: config.logLevel, ...(logFile && { destination: openLogFile(logFile) }) });
    await using starting = new AsyncDisposableStack();
    const grpc = starting.adopt(createGrpcPeers(addresses, settings.grpcTls), (opened) => opened.close());
    const events = starting.adopt(connectEvents(name, settings, log), (opened) => opened.close());
    const shared = { peers: hosted === undefined ? grpc : peersWithin(grpc, hosted.name), events, log };

    const running: Service[] = [];
    async function start<D extends ProcessConfig>(definition: ServiceDefinition<D>, its: D): Promise<Service> {
      // A separate process always serves gRPC, on a free port unless the configuration names one.
      const started = await definition.start('grpcPort' in its ? { ...its, grpcPort: its.grpcPort ?? 0 } : its, shared);
      running.push(started);
      return starting.adopt(started, (opened) => opened.stop());
    }
    if (hosted !== undefined && hostedConfig !== undefined) await start(hosted, hostedConfig);
    const main = await start(service, config);
    const ops = await startOpsServer({
      service: name,
      host: config.opsHost,
      port: config.opsPort,
      registries: running.map(({ metrics }) => metrics),
      leaveMs: settings.shutdownDelayMs,
      alive: events.healthy,
      parts: Object.assign({ events: events.healthy }, ...running.map(({ parts }) => parts)),
      staysReady: service.staysReady === true,
    });
    const { port: grpcPort } = running.find(({ port }) => port !== undefined) ?? {};
    log.info({ port: main.publicPort, grpc_port: grpcPort, ops_port: ops.port }, `${name} serves`);
    const opened = starting.move();
    return {
      async stop() {
        main.leave?.();
        await ops.leave();
        await opened.disposeAsync();
        await ops.stop();
      },
    };
  });
}

const whenSplit = 'is required when services run as processes of their own';

/**
 * Reads the settings of a process, and requires those that separate processes need. Kafka is required because it is the
 * only way for processes to share events. The address of the public API is required because a separate process cannot
 * know it, and a mail with a wrong link could not be taken back.
 */
function readSplitSettings(name: ServiceName, env: NodeJS.ProcessEnv): ProcessSettings {
  const settings = readProcessEnv(env);
  const { servers, environment: ofProcess } = processEntry(name);
  // The environment of a service that usually runs within another service is read too, because here the service has a
  // process of its own.
  const environment = [...ofProcess, ...(services[name].environment ?? [])];
  const problems = [
    ...(servers.includes('kafka') && settings.kafka.brokers === undefined ? [`KAFKA_BROKERS: ${whenSplit}`] : []),
    ...(environment.includes('PUBLIC_URL') && !env['PUBLIC_URL']
      ? [`PUBLIC_URL: ${whenSplit}: links in mails begin with it, such as https://api.example.com`]
      : []),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return settings;
}

/**
 * Creates the event transport. It connects when the first event is sent or consumed, so it never connects in a process
 * without events.
 */
function connectEvents(name: ServiceName, { kafka }: ProcessSettings, log: Logger): EventTransport {
  return createKafkaTransport({ brokers: kafka.brokers ?? [], clientId: name, log, settings: kafka });
}
