import { expect, test } from '@jest/globals';
import { readProcessEnv } from './process-env.ts';

test('without any variable everything is plain, and topics are kept a week', () => {
  expect(readProcessEnv({})).toEqual({
    shutdownDelayMs: 0,
    grpcTls: undefined,
    kafka: {
      brokers: undefined,
      ssl: undefined,
      sasl: undefined,
      topics: { partitions: 8, retentionHours: 168, replicas: undefined, minInSync: undefined },
    },
  });
});

test('TLS, credentials and topics come from variables', () => {
  const settings = readProcessEnv({
    SHUTDOWN_DELAY_SECONDS: '2.5',
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA_FILE: '/ca.pem',
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: 'drip',
    KAFKA_SASL_PASSWORD: 'planted',
    KAFKA_TOPIC_PARTITIONS: '24',
    KAFKA_TOPIC_REPLICAS: '3',
    KAFKA_MIN_INSYNC_REPLICAS: '2',
    GRPC_TLS_CA_FILE: '/ca.pem',
    GRPC_TLS_CERT_FILE: '/own.pem',
    GRPC_TLS_KEY_FILE: '/own.key',
  });
  expect(settings).toMatchObject({
    shutdownDelayMs: 2500,
    grpcTls: { caFile: '/ca.pem', certFile: '/own.pem', keyFile: '/own.key' },
    kafka: {
      ssl: { caFile: '/ca.pem' },
      sasl: { mechanism: 'scram-sha-512', username: 'drip', password: 'planted' },
      topics: { partitions: 24, retentionHours: 168, replicas: 3, minInSync: 2 },
    },
  });
});

test.each([
  [{ KAFKA_SASL_MECHANISM: 'plain' }, 'KAFKA_SASL_MECHANISM'],
  [{ KAFKA_SSL_CERT_FILE: '/own.pem' }, 'KAFKA_SSL_CERT_FILE'],
  [{ GRPC_TLS_CERT_FILE: '/own.pem' }, 'GRPC_TLS_CA_FILE'],
  [{ KAFKA_TOPIC_PARTITIONS: 'many' }, 'KAFKA_TOPIC_PARTITIONS'],
])('%j is refused by name', (env, name) => {
  expect(() => readProcessEnv(env)).toThrow(name);
});
