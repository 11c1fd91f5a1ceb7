export { PostgresError } from './embedded-postgres/failures.ts';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded-postgres/start.ts';
export { eventually } from './eventually.ts';
export { type CutPoint, type FaultProxy, startFaultProxy } from './fault-proxy.ts';
export { findTexts } from './find-texts.ts';
export type { KafkaBroker } from './kafka/broker.ts';
export { startKafka } from './kafka/start-kafka.ts';
export { type TestKafka, testKafka } from './kafka/test-kafka.ts';
export { findHelm } from './kubernetes/helm.ts';
export { findKubernetesSchemas, type KubernetesSchemas } from './kubernetes/schemas.ts';
export { type Cost, measureStatements } from './measure-statements.ts';
export { freePort } from './ports.ts';
export { findPrometheus, type PrometheusTools } from './prometheus/tools.ts';
export { type Answer, type Answerer, type ReceivedRequest, type Receiver, startReceiver } from './receiver.ts';
export { type RedisServer, startRedis } from './redis/start-redis.ts';
export { type TestRedis, testRedis } from './redis/test-redis.ts';
export { somebodyWaits } from './somebody-waits.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
export { type TestPostgres, testPostgres } from './test-postgres.ts';
export type { Unavailable } from './unavailable.ts';
