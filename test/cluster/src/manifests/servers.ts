import type { KubernetesObject } from '../tools.ts';
import { namespaceOf, podWithService } from './pod.ts';

/** PostgreSQL, Kafka and Redis, one pod each, whose data go with them. */
export function serverManifests(options: {
  namespace: string;
  images: { postgres: string; kafka: string; redis: string };
  postgresPassword: string;
}): KubernetesObject[] {
  const { namespace, images, postgresPassword } = options;
  const postgres = podWithService({
    namespace,
    name: 'postgres',
    image: images.postgres,
    user: 999,
    port: 5432,
    args: ['-c', 'max_connections=300'],
    env: { POSTGRES_PASSWORD: postgresPassword },
    mount: { path: '/var/lib/postgresql' },
    memory: '192Mi',
  });
  const kafka = podWithService({
    namespace,
    name: 'kafka',
    image: images.kafka,
    user: 1000,
    port: 9092,
    env: {
      KAFKA_HEAP_OPTS: '-Xms64m -Xmx384m',
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://kafka.${namespace}.svc:9092`,
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LOG_DIRS: '/var/lib/kafka/data',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '8',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
    },
    mount: { path: '/var/lib/kafka' },
    memory: '384Mi',
  });
  const redis = podWithService({
    namespace,
    name: 'redis',
    image: images.redis,
    user: 999,
    port: 6379,
    mount: { path: '/data' },
    memory: '16Mi',
  });
  return [namespaceOf(namespace), ...postgres, ...kafka, ...redis];
}
