// For layouts, benches and tests: servers that run on this machine.

export { isDiskFull, PostgresError } from './embedded-postgres/failures.ts';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded-postgres/start.ts';
export type { KafkaBroker } from './kafka/broker.ts';
export { kafkaUser } from './kafka/broker-config.ts';
export { startKafka } from './kafka/start-kafka.ts';
export { freePort } from './ports.ts';
export { makePrivateFolder } from './private-file.ts';
export { type RedisServer, startRedis } from './redis/start-redis.ts';
export type { Unavailable } from './unavailable.ts';

// For libs/testing, which shares servers between the processes of a test run.

export { cacheFolder } from './cache-folder.ts';
export { isListening } from './child-server.ts';
export { endWithRun } from './end-with-run.ts';
export { withFileLock } from './file-lock.ts';
export { unzipFile } from './maven/unzip.ts';
export { portOf } from './ports.ts';
export { runFolder } from './run-folders.ts';
export { isRunProcess, runId } from './run-id.ts';
export { firstLine } from './unavailable.ts';
