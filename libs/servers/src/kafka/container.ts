import { freePort } from '../ports.ts';
import type { KafkaBroker } from './broker.ts';
import { jaasConfig, passwordSettings } from './broker-config.ts';
import { kafkaVersion } from './jars.ts';

const startTimeoutMs = 180_000;
const jaasFile = '/tmp/jaas.conf';

/**
 * Starts a broker like that of `startBroker`, in a container; undefined if no container engine is available.
 * `testcontainers` is imported only by this call, and the image is pulled only if an engine is available.
 */
export async function startContainer(options: {
  port?: number;
  password?: string;
  onProgress?(message: string): void;
}): Promise<KafkaBroker | undefined> {
  const { GenericContainer, getContainerRuntimeClient, Wait } = await import('testcontainers');
  const engine = await getContainerRuntimeClient().catch(() => undefined);
  if (engine === undefined) return undefined;
  options.onProgress?.(`Starting Kafka ${kafkaVersion} in Docker (the first time its image is pulled) …`);
  // The broker advertises its address, so its port must be known before it starts.
  const port = options.port ?? (await freePort());
  const { password } = options;
  const listener = password === undefined ? 'PLAINTEXT' : 'SASL_PLAINTEXT';
  const made = new GenericContainer(`apache/kafka:${kafkaVersion}`);
  if (password !== undefined) made.withCopyContentToContainer([{ content: jaasConfig(password), target: jaasFile }]);
  const container = await made
    .withExposedPorts({ container: port, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENERS: `${listener}://:${port},CONTROLLER://:9093`,
      KAFKA_ADVERTISED_LISTENERS: `${listener}://127.0.0.1:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      ...(password !== undefined && lockedEnvironment()),
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_BROKER_SESSION_TIMEOUT_MS: '3000',
      KAFKA_BROKER_HEARTBEAT_INTERVAL_MS: '500',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(startTimeoutMs)
    .start();
  const inEngine = engine.container.getById(container.getId());
  return {
    brokers: [`127.0.0.1:${port}`],
    pid: 0,
    stop: async () => void (await inEngine.stop()),
    kill: async () => void (await inEngine.kill()),
    restart: async () => void (await container.restart()),
  };
}

/**
 * Returns the password settings in the form that the image expects: `KAFKA_` and the upper-case name, with underscores
 * for dots.
 */
function lockedEnvironment(): Record<string, string> {
  const settings = Object.entries(passwordSettings).map(([name, value]) => [
    `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
    value,
  ]);
  return { ...Object.fromEntries(settings), KAFKA_OPTS: `-Djava.security.auth.login.config=${jaasFile}` };
}
