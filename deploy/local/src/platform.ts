import { createEmbeddedTransport, createKafkaTransport, type EventTransport } from '@drippulse/events';
import { bootstrapIdentity } from '@drippulse/gateway/organizations';
import { type Logger, startOpsServer } from '@drippulse/observability';
import { createInMemoryPeers } from '@drippulse/rpc';
import { readProcessEnv, type Service } from '@drippulse/service';
import { processOf, publicService, type ServiceName, serviceNames } from '@drippulse/topology';
import type { Settings } from './config.ts';
import { serviceEnvironment } from './environment.ts';
import { keepPostgres } from './keep-postgres.ts';
import { loadService } from './load-service.ts';
import { reservePostgres } from './postgres.ts';
import { freePorts } from './processes.ts';
import { prepareSchemas } from './schemas.ts';
import { eventSchema, type Secrets } from './secrets.ts';
import { ensureTopics } from './topics.ts';

/** The public API is started last, because it may respond only when everything behind it responds. */
const startOrder = [...serviceNames.filter((name) => name !== publicService), publicService];

/** The whole platform in this process. */
export type Platform = {
  port: number;
  opsPort: number;
  /** Address of the database server, for tests and tools. */
  adminUrl: string;
  stop(): Promise<void>;
};

/** Starts every service in this process: peers in memory, events through PostgreSQL or Kafka. */
export async function startPlatform(
  given: Settings,
  secrets: Secrets,
  log: Logger,
  onProgress: (line: string) => void = () => undefined,
): Promise<Platform> {
  const opened: { stop(): Promise<unknown> }[] = [];
  const stop = async () => {
    for (const part of opened.splice(0).reverse()) await part.stop();
  };
  try {
    // Links in mails contain the port, so it is chosen before anything starts.
    const [port = 0] = given.port === 0 ? await freePorts(1) : [given.port];
    const settings = { ...given, port };
    const postgres = await reservePostgres(settings, secrets, onProgress);
    opened.push({ stop: () => postgres.release() });
    opened.push(keepPostgres(postgres, { log, isEmbedded: settings.databaseUrl === undefined }));
    onProgress('Applying migrations …');
    const databaseUrls = await prepareSchemas(postgres.adminUrl, secrets);
    await bootstrapIdentity(databaseUrls.get('identity') ?? '', {
      username: settings.adminUsername,
      password: secrets.adminPassword,
      apiKey: secrets.apiKey,
    });

    onProgress('Starting the services …');
    const events = connectEvents(settings, databaseUrls.get(eventSchema) ?? '', log);
    opened.push({ stop: () => events.close() });
    await ensureTopics(events, settings.kafkaBrokers);
    const peers = createInMemoryPeers();
    opened.push({ stop: async () => peers.close() });
    const servers = { databaseUrls, kafkaBrokers: settings.kafkaBrokers, redisUrl: settings.redisUrl };
    const started = new Map<ServiceName, Service>();
    for (const name of startOrder) {
      const service = await loadService(name);
      const config = service.readConfig(serviceEnvironment(processOf(name), settings, secrets, servers));
      started.set(name, await open(service.start(config, { peers, events, log })));
    }
    const ops = await open(
      startOpsServer({
        service: 'platform',
        host: settings.opsHost,
        port: settings.opsPort,
        registries: [...started.values()].map((service) => service.metrics),
        leaveMs: 0,
        alive: events.healthy,
        parts: Object.fromEntries(
          [...started].flatMap(([name, { parts }]) =>
            Object.entries(parts).map(([part, ask]) => [`${name}.${part}`, ask] as const),
          ),
        ),
      }),
    );
    return { port: started.get(publicService)?.publicPort ?? 0, opsPort: ops.port, adminUrl: postgres.adminUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }

  async function open<T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> {
    const part = await starting;
    opened.push(part);
    return part;
  }
}

function connectEvents(settings: Settings, embeddedUrl: string, log: Logger): EventTransport {
  if (settings.kafkaBrokers === undefined) return createEmbeddedTransport({ url: embeddedUrl, log });
  return createKafkaTransport({
    brokers: settings.kafkaBrokers.split(','),
    clientId: 'drippulse',
    log,
    settings: readProcessEnv(process.env).kafka,
  });
}
