/**
 * Returns settings for tests: a single node that is both broker and controller. Sessions are short, so that a killed
 * broker can be restarted within seconds: its new process waits until its old session has ended.
 */
export function brokerConfig(options: {
  port: number;
  /** Port that clients connect to, such as a proxy's port. */
  advertisedPort: number;
  controllerPort: number;
  dataDir: string;
  isLocked: boolean;
}): string {
  const { port, advertisedPort, controllerPort, dataDir, isLocked } = options;
  const listener = isLocked ? 'SASL_PLAINTEXT' : 'PLAINTEXT';
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `${listener}://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `${listener}://127.0.0.1:${advertisedPort}`,
    ...(isLocked && passwordSettings),
    'log.dirs': `${dataDir}/log`,
    'auto.create.topics.enable': false,
    'num.partitions': 1,
    ...singleReplica('offsets.topic', 8),
    ...singleReplica('transaction.state.log', 8),
    ...singleReplica('share.coordinator.state.topic', 1),
    'group.initial.rebalance.delay.ms': 0,
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
  };
  return lines(settings);
}

/** Settings with which both listeners require the password of `jaasConfig`. */
export const passwordSettings: Record<string, string> = {
  'listener.security.protocol.map': 'SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT',
  'inter.broker.listener.name': 'SASL_PLAINTEXT',
  'sasl.enabled.mechanisms': 'PLAIN',
  'sasl.mechanism.inter.broker.protocol': 'PLAIN',
  'sasl.mechanism.controller.protocol': 'PLAIN',
};

/** The one user of a broker with a password. */
export const kafkaUser = 'drippulse';

/** Returns the content of the file that the Java option `java.security.auth.login.config` names. */
export function jaasConfig(password: string): string {
  return `KafkaServer {
  org.apache.kafka.common.security.plain.PlainLoginModule required
  username="${kafkaUser}" password="${password}" user_${kafkaUser}="${password}";
};
`;
}

/** Returns the log settings. The broker logs its start, and apart from that only warnings and errors. */
export function log4jConfig(): string {
  return lines({
    status: 'error',
    'appender.out.type': 'Console',
    'appender.out.name': 'out',
    'appender.out.layout.type': 'PatternLayout',
    'appender.out.layout.pattern': '%d %p %c{1} %m%n',
    'rootLogger.level': 'warn',
    'rootLogger.appenderRef.out.ref': 'out',
    'logger.started.name': 'kafka.server.KafkaRaftServer',
    'logger.started.level': 'info',
  });
}

function singleReplica(topic: string, partitions: number): Record<string, number> {
  const isr = topic.endsWith('log') || topic.endsWith('state.topic') ? { [`${topic}.min.isr`]: 1 } : {};
  return { [`${topic}.replication.factor`]: 1, [`${topic}.num.partitions`]: partitions, ...isr };
}

function lines(settings: Record<string, string | number | boolean>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
