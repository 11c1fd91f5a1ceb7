import path from 'node:path';
import { createKafkaTransport } from '@drippulse/events';
import { bootstrapIdentity } from '@drippulse/gateway/organizations';
import type { Logger } from '@drippulse/observability';
import { kafkaUser, makePrivateFolder, startKafka, startRedis } from '@drippulse/servers';
import { readProcessEnv } from '@drippulse/service';
import {
  addressVariable,
  processEntry,
  processNames,
  processOf,
  publicService,
  type ServiceName,
} from '@drippulse/topology';
import type { Settings } from './config.ts';
import { serviceEnvironment } from './environment.ts';
import { keepPostgres } from './keep-postgres.ts';
import { reservePostgres } from './postgres.ts';
import { freePorts, type ServiceProcess, startProcess } from './processes.ts';
import { prepareSchemas } from './schemas.ts';
import { type Secrets, StartError } from './secrets.ts';
import { ensureTopics } from './topics.ts';

/** A process of a service with its ports; only the public API uses `publicPort`. */
export type PlacedProcess = ServiceProcess & Place;

type Place = { grpcPort: number; opsPort: number; publicPort: number };

/** The whole platform, with one or more processes for each service. */
export type DistributedPlatform = {
  /** The first process of each service. */
  processes: PlacedProcess[];
  kafkaBrokers: string[];
  logDir: string;
  /**
   * Starts one more process of a service. Its peers spread calls over it and the first process. Resolves when it is
   * ready.
   */
  startAnother(service: ServiceName): Promise<PlacedProcess>;
  stop(): Promise<void>;
};

/**
 * Starts one process of each service, connected over gRPC, with real PostgreSQL, Kafka and Redis. `places` is the
 * maximum number of processes of a service that can run at the same time. With more than one place, peers spread calls
 * over the processes, as over the pods behind the name of a Kubernetes Service.
 */
export async function startDistributed(
  given: Settings,
  secrets: Secrets,
  options: { log: Logger; onProgress(line: string): void; places: number },
): Promise<DistributedPlatform> {
  const { log, onProgress, places } = options;
  const opened: { stop(): Promise<unknown> }[] = [];
  const stop = async () => {
    for (const part of opened.splice(0).reverse()) await part.stop();
  };
  try {
    const postgres = await reservePostgres(given, secrets, onProgress);
    opened.push({ stop: () => postgres.release() });
    opened.push(keepPostgres(postgres, { log, isEmbedded: given.databaseUrl === undefined }));
    onProgress('Applying migrations …');
    const databaseUrls = await prepareSchemas(postgres.adminUrl, secrets);
    const kafka = given.kafkaBrokers === undefined ? await startBroker() : kafkaOf(given.kafkaBrokers);
    const kafkaBrokers = kafka.KAFKA_BROKERS;
    const redisUrl = given.redisUrl ?? (await startLimiterStore());
    await makeTopics(kafka, log);
    await bootstrapIdentity(databaseUrls.get('identity') ?? '', {
      username: given.adminUsername,
      password: secrets.adminPassword,
      apiKey: secrets.apiKey,
    });

    onProgress('Starting the services, each in a process of its own …');
    const free = await freePlaces(places, given);
    const [first] = free.get(publicService) ?? [];
    const settings = { ...given, port: first?.publicPort ?? 0 };
    const addresses = addressesOf(free);
    const logDir = path.join(settings.dataDir, 'logs');
    await makePrivateFolder(logDir);

    async function startAnother(service: ServiceName): Promise<PlacedProcess> {
      const own = free.get(service);
      const place = own?.shift();
      if (place === undefined) throw new Error(`every place for a process of ${service} is taken`);
      const environment = {
        ...serviceEnvironment(service, settings, secrets, { databaseUrls, kafkaBrokers, redisUrl }),
        ...kafka,
        ...peerAddresses(service, addresses),
        ...(service === publicService && { PORT: String(place.publicPort) }),
        GRPC_PORT: String(place.grpcPort),
        OPS_PORT: String(place.opsPort),
      };
      const started = await startProcess(service, environment, logDir, (name, code) =>
        console.error(`The ${name} process ended with code ${code}; see ${logDir}.`),
      );
      const placed = {
        ...started,
        ...place,
        async stop() {
          const code = await started.stop();
          own?.push(place);
          return code;
        },
      };
      opened.push(started);
      return placed;
    }

    const processes = await Promise.all(processNames.map(startAnother));
    return { processes, kafkaBrokers: kafkaBrokers.split(','), logDir, startAnother, stop };
  } catch (error) {
    await stop();
    throw error;
  }

  async function startBroker(): Promise<KafkaVariables> {
    onProgress('Starting Kafka …');
    const { kafkaPassword: password } = secrets;
    const kafka = await startKafka({ dataDir: path.join(given.dataDir, 'kafka'), password, onProgress });
    if ('unavailable' in kafka) throw new StartError(`${kafka.unavailable} Or set KAFKA_BROKERS.`);
    opened.push(kafka);
    return {
      ...kafkaOf(kafka.brokers.join(',')),
      KAFKA_SSL: 'false',
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: kafkaUser,
      KAFKA_SASL_PASSWORD: password,
    };
  }

  async function startLimiterStore(): Promise<string> {
    onProgress('Starting Redis …');
    const { redisPassword: password } = secrets;
    const redis = await startRedis({ dataDir: path.join(given.dataDir, 'redis'), password, onProgress });
    if ('unavailable' in redis) throw new StartError(`${redis.unavailable} Or set REDIS_URL.`);
    opened.push(redis);
    return redis.url;
  }
}

/** The variables with which processes reach the brokers, in addition to the variables that an operator has set. */
type KafkaVariables = { KAFKA_BROKERS: string } & Record<string, string>;

const kafkaOf = (brokers: string): KafkaVariables => ({ KAFKA_BROKERS: brokers });

async function makeTopics(kafka: KafkaVariables, log: Logger): Promise<void> {
  const { KAFKA_BROKERS: kafkaBrokers } = kafka;
  const transport = createKafkaTransport({
    brokers: kafkaBrokers.split(','),
    clientId: 'drippulse-topics',
    log,
    settings: readProcessEnv({ ...process.env, ...kafka }).kafka,
  });
  await ensureTopics(transport, kafkaBrokers);
  await transport.close();
}

/** Chooses the places of each service. The ports of the first place of the public API are taken from the settings. */
async function freePlaces(places: number, settings: Settings): Promise<Map<ServiceName, Place[]>> {
  const ports = await freePorts(processNames.length * places * 3);
  const takePort = () => ports.pop() ?? 0;
  const free = new Map<ServiceName, Place[]>(
    processNames.map((service) => [
      service,
      Array.from({ length: places }, () => ({ grpcPort: takePort(), opsPort: takePort(), publicPort: takePort() })),
    ]),
  );
  const [first] = free.get(publicService) ?? [];
  if (first !== undefined && settings.port !== 0) first.publicPort = settings.port;
  if (first !== undefined && settings.opsPort !== 0) first.opsPort = settings.opsPort;
  return free;
}

/** Returns the address of each service. */
function addressesOf(places: ReadonlyMap<ServiceName, readonly Place[]>): Map<ServiceName, string> {
  return new Map(
    [...places].map(([service, own]) => {
      const addresses = own.map(({ grpcPort }) => `127.0.0.1:${grpcPort}`).join(',');
      // gRPC requires the scheme before a list.
      return [service, own.length > 1 ? `ipv4:${addresses}` : addresses];
    }),
  );
}

/** Returns the variables with the addresses of the services that a process calls. */
function peerAddresses(process: ServiceName, addresses: ReadonlyMap<ServiceName, string>): Record<string, string> {
  const { calls } = processEntry(process);
  return Object.fromEntries(calls.map((peer) => [addressVariable(peer), addresses.get(processOf(peer)) ?? '']));
}
