import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createKafkaTransport } from '@drippulse/events';
import { bootstrapIdentity } from '@drippulse/gateway/organizations';
import { readProcessEnv, runMain } from '@drippulse/runtime';
import { startKafka, startRedis } from '@drippulse/testing';
import { banner } from './banner.ts';
import { readSettings, type Settings } from './config.ts';
import { checkPort, explainAndExit, fileLogger } from './console.ts';
import { serviceEnvironment } from './environment.ts';
import { reservePostgres } from './postgres.ts';
import { freePorts, startProcess } from './processes.ts';
import { prepareSchemas } from './schemas.ts';
import { loadSecrets, StartError, services } from './secrets.ts';
import { ensureTopics } from './topics.ts';

/** `npm run start:distributed`: each service a process of its own, over gRPC, on real PostgreSQL, Kafka and Redis. */
const startedAt = performance.now();
let settings: Settings | undefined;
try {
  settings = readSettings(process.env);
  await checkPort(settings.host, settings.port);
  await checkPort(settings.host, settings.opsPort);
  await start(settings);
} catch (error) {
  explainAndExit(error, settings);
}

async function start(given: Settings): Promise<void> {
  const secrets = loadSecrets(given.dataDir, given.adminPassword);
  const { log, logFile } = await fileLogger(given.dataDir);
  await runMain(async () => {
    const opened: { stop(): Promise<unknown> }[] = [];
    const stop = async () => {
      for (const part of opened.splice(0).reverse()) await part.stop();
    };
    try {
      const postgres = await reservePostgres(given, secrets, console.log);
      opened.push({ stop: () => postgres.release() });
      console.log('Applying migrations …');
      const databaseUrls = await prepareSchemas(postgres.adminUrl, secrets);
      const kafkaBrokers = given.kafkaBrokers ?? (await startBroker(given, opened));
      const redisUrl = given.redisUrl ?? (await startLimiterStore(given, opened));
      const transport = createKafkaTransport({
        brokers: kafkaBrokers.split(','),
        clientId: 'drippulse-topics',
        log,
        settings: readProcessEnv(process.env).kafka,
      });
      await ensureTopics(transport, kafkaBrokers);
      await transport.close();
      await bootstrapIdentity(databaseUrls.gateway, {
        username: given.adminUsername,
        password: secrets.adminPassword,
        apiKey: secrets.apiKey,
      });

      console.log('Starting the services, each in a process of its own …');
      const [publicPort = 0, ...ports] = await freePorts(1 + services.length * 2);
      const settings = given.port === 0 ? { ...given, port: publicPort } : given;
      const grpcPorts = ports.slice(0, services.length);
      const [freeOpsPort = 0, ...peerOpsPorts] = ports.slice(services.length);
      // The one that is printed, of the gateway.
      const opsPorts = [given.opsPort === 0 ? freeOpsPort : given.opsPort, ...peerOpsPorts];
      const addresses = Object.fromEntries(
        services.map((service, index) => [
          `${service.toUpperCase().replaceAll('-', '_')}_ADDRESS`,
          `127.0.0.1:${grpcPorts[index]}`,
        ]),
      );
      const logDir = path.join(settings.dataDir, 'logs');
      mkdirSync(logDir, { recursive: true });
      const processes = await Promise.all(
        services.map(async (service, index) => {
          const started = await startProcess(
            service,
            {
              ...serviceEnvironment(service, settings, secrets, { databaseUrls, kafkaBrokers, redisUrl }),
              ...addresses,
              GRPC_PORT: String(grpcPorts[index]),
              OPS_PORT: String(opsPorts[index]),
            },
            logDir,
            (name, code) => console.error(`The ${name} process ended with code ${code}; see ${logDir}.`),
          );
          opened.push(started);
          return started;
        }),
      );
      const seconds = (performance.now() - startedAt) / 1000;
      console.log(
        banner(settings, secrets, { port: settings.port, opsPort: opsPorts[0] ?? 0, seconds, logFile: logDir }),
      );
      for (const [index, { service, pid }] of processes.entries()) {
        console.log(`  ${service.padEnd(20)} process ${pid}, gRPC ${grpcPorts[index]}, operations ${opsPorts[index]}`);
      }
      log.info({ logFile }, 'ready');
      return {
        async stop() {
          console.log('Stopping …');
          await stop();
          console.log('Stopped.');
        },
      };
    } catch (error) {
      await stop();
      // Told here in a sentence; runMain would print the whole error.
      return explainAndExit(error, given);
    }
  });
}

async function startBroker(settings: Settings, opened: { stop(): Promise<unknown> }[]): Promise<string> {
  console.log('Starting Kafka …');
  const kafka = await startKafka({ dataDir: path.join(settings.dataDir, 'kafka'), onProgress: console.log });
  if ('unavailable' in kafka) throw new StartError(`${kafka.unavailable} Or set KAFKA_BROKERS.`);
  opened.push(kafka);
  return kafka.brokers.join(',');
}

async function startLimiterStore(settings: Settings, opened: { stop(): Promise<unknown> }[]): Promise<string> {
  console.log('Starting Redis …');
  const redis = await startRedis({ dataDir: path.join(settings.dataDir, 'redis'), onProgress: console.log });
  if ('unavailable' in redis) throw new StartError(`${redis.unavailable} Or set REDIS_URL.`);
  opened.push(redis);
  return redis.url;
}
