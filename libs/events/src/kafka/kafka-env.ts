import { ConfigError, readEnv } from '@drippulse/process';
import { z } from 'zod';

/** The connection to the brokers, and the settings of topics that do not exist yet. */
export type KafkaSettings = {
  /** The brokers, each as `host:port`; undefined if there is no Kafka. */
  brokers: string[] | undefined;
  /**
   * Settings of TLS. The files are PEM: the authority that signed the brokers' certificates and, for mutual TLS, the
   * client's own certificate and key.
   */
  ssl: { caFile?: string; certFile?: string; keyFile?: string } | undefined;
  sasl: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string } | undefined;
  topics: { partitions: number; retentionHours: number; replicas: number | undefined; minInSync: number | undefined };
};

const count = z.coerce.number().int().min(1);

const environment = z.object({
  KAFKA_BROKERS: z.string().optional(),
  KAFKA_SSL: z.stringbool().default(false),
  KAFKA_SSL_CA_FILE: z.string().optional(),
  KAFKA_SSL_CERT_FILE: z.string().optional(),
  KAFKA_SSL_KEY_FILE: z.string().optional(),
  KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  KAFKA_TOPIC_PARTITIONS: count.max(1000).default(8),
  KAFKA_TOPIC_RETENTION_HOURS: count.max(87_600).default(168),
  KAFKA_TOPIC_REPLICAS: count.max(10).optional(),
  KAFKA_MIN_INSYNC_REPLICAS: count.max(10).optional(),
});

/** Reads the variables `KAFKA_…`; throws one ConfigError that lists every problem. */
export function readKafkaSettings(env: NodeJS.ProcessEnv): KafkaSettings {
  const read = readEnv(environment, env);
  const problems = problemsOf(read);
  if (problems.length > 0) throw new ConfigError(problems);
  return toSettings(read);
}

/** Returns the variables that contradict each other. */
function problemsOf(read: z.infer<typeof environment>): string[] {
  const problems: string[] = [];
  const own = [read.KAFKA_SSL_CERT_FILE, read.KAFKA_SSL_KEY_FILE].filter((file) => file !== undefined);
  if (own.length === 1) problems.push('KAFKA_SSL_CERT_FILE: needs KAFKA_SSL_KEY_FILE beside it, and the reverse');
  const credentials = [read.KAFKA_SASL_USERNAME, read.KAFKA_SASL_PASSWORD].every((part) => part !== undefined);
  if (read.KAFKA_SASL_MECHANISM !== undefined && !credentials) {
    problems.push('KAFKA_SASL_MECHANISM: needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD');
  }
  return problems;
}

function toSettings(read: z.infer<typeof environment>): KafkaSettings {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = read;
  return {
    brokers: read.KAFKA_BROKERS?.split(',').map((broker) => broker.trim()),
    ssl: read.KAFKA_SSL
      ? { caFile: read.KAFKA_SSL_CA_FILE, certFile: read.KAFKA_SSL_CERT_FILE, keyFile: read.KAFKA_SSL_KEY_FILE }
      : undefined,
    sasl: mechanism && username && password ? { mechanism, username, password } : undefined,
    topics: {
      partitions: read.KAFKA_TOPIC_PARTITIONS,
      retentionHours: read.KAFKA_TOPIC_RETENTION_HOURS,
      replicas: read.KAFKA_TOPIC_REPLICAS,
      minInSync: read.KAFKA_MIN_INSYNC_REPLICAS,
    },
  };
}
