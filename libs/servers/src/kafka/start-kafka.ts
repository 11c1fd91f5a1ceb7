import { temporaryFolder } from '../run-folders.ts';
import { firstLine, type Unavailable } from '../unavailable.ts';
import { type KafkaBroker, startBroker } from './broker.ts';
import { startContainer } from './container.ts';
import { findJava } from './java.ts';

type KafkaOptions = {
  port?: number;
  /** The port of a proxy in front of the broker. Not available in Docker. */
  advertisedPort?: number;
  dataDir?: string;
  /** If set, the broker accepts only the user `kafkaUser`, by SASL PLAIN. */
  password?: string;
  onProgress?(message: string): void;
};

/**
 * Starts a broker that a test may stop, kill and restart: from Maven's jars if Java 17 is installed, else in Docker.
 * Without `dataDir`, its data are in a temporary folder. The broker ends with the run at the latest.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaBroker | Unavailable> {
  const problems: string[] = [];
  for (const start of [startWithJava, startContainer]) {
    try {
      const broker = await start(options);
      if (broker !== undefined) return broker;
    } catch (error) {
      problems.push(firstLine(error));
    }
  }
  const tried = problems.length === 0 ? '' : ` (${problems.join('; ')})`;
  return {
    unavailable: `Kafka needs Java 17 or newer and Maven Central, or a Docker engine, or a broker named in TEST_KAFKA_BROKERS${tried}.`,
  };
}

async function startWithJava(options: KafkaOptions): Promise<KafkaBroker | undefined> {
  const java = await findJava();
  if (java === undefined) return undefined;
  return startBroker({ ...options, java, dataDir: options.dataDir ?? (await temporaryFolder('kafka')) });
}
