import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../cache-folder.ts';
import { type ChildServer, isListening, startChildServer } from '../child-server.ts';
import { fetchJars } from '../maven/fetch-jars.ts';
import { freePort } from '../ports.ts';
import { makePrivateFolder, writePrivateFile } from '../private-file.ts';
import { brokerConfig, jaasConfig, log4jConfig } from './broker-config.ts';
import { kafkaJars, kafkaVersion } from './jars.ts';

const run = promisify(execFile);
const stopPatienceMs = 15_000;

/** A broker of one node on this machine. Its address and data do not change through `kill`, `stop` and `restart`. */
export type KafkaBroker = {
  brokers: string[];
  pid: number;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<void>;
  /** Sends SIGKILL. */
  kill(): Promise<void>;
  /** Starts the broker again on its port, with its data. */
  restart(): Promise<void>;
};

/** Starts Apache Kafka from Maven's jars, which are fetched once. `java` must be version 17 or newer. */
export async function startBroker(options: {
  java: string;
  dataDir: string;
  port?: number;
  /** Port that clients connect to, such as a proxy's port. Default: the broker's own port. */
  advertisedPort?: number;
  password?: string;
  onProgress?(message: string): void;
}): Promise<KafkaBroker> {
  const { java, password, onProgress } = options;
  const jars = await fetchJars(kafkaJars, cacheFolder(`kafka-${kafkaVersion}`), () =>
    onProgress?.(`Fetching Apache Kafka ${kafkaVersion} for the tests (45 MB, once) …`),
  );
  await makePrivateFolder(options.dataDir);
  const dataDir = await realpath(options.dataDir);
  const port = options.port ?? (await freePort());
  const { advertisedPort = port } = options;
  await writeFile(path.join(dataDir, 'log4j2.properties'), log4jConfig());
  const config = path.join(dataDir, 'server.properties');
  const isLocked = password !== undefined;
  const controllerPort = await freePort();
  await writeFile(config, brokerConfig({ port, advertisedPort, controllerPort, dataDir, isLocked }));
  const jaas = path.join(dataDir, 'jaas.conf');
  if (isLocked) await writePrivateFile(jaas, jaasConfig(password));

  const jvm = [
    ...['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+ExitOnOutOfMemoryError'],
    `-Dlog4j2.configurationFile=${path.join(dataDir, 'log4j2.properties')}`,
    ...(isLocked ? [`-Djava.security.auth.login.config=${jaas}`] : []),
    ...['-cp', jars.join(path.delimiter)],
  ];
  if (!existsSync(path.join(dataDir, 'log', 'meta.properties'))) {
    // One id in 64 would begin with a dash, which the formatter would read as an option.
    const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
    await run(java, [...jvm, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', config], { cwd: '/' });
  }
  onProgress?.('Starting Kafka …');
  const launch = (): Promise<ChildServer> =>
    startChildServer({
      command: [java, ...jvm, 'kafka.Kafka', config],
      logFile: path.join(dataDir, 'broker.log'),
      isReady: async (log) => log.includes('Kafka Server started') && (await isListening(port)),
    });

  let server = await launch();
  return {
    brokers: [`127.0.0.1:${advertisedPort}`],
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(stopPatienceMs),
    kill: () => server.kill(),
    async restart() {
      await server.stop(stopPatienceMs);
      server = await launch();
    },
  };
}
