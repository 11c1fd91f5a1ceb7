import { testKafka, testPostgres, testRedis } from '../../libs/testing/src/index.ts';

/**
 * Starts, once for all packages, the servers that tests use, and returns the environment that names the servers. If a
 * server cannot be started, its variable is left out, and the suites that need it report this.
 */
export async function startServers(log) {
  const onProgress = (message) => log(`  ${message}`);
  const started = await Promise.all([
    testPostgres({ onProgress }),
    testRedis({ onProgress }),
    testKafka({ onProgress }),
  ]);
  const [postgres, redis, kafka] = started;
  for (const server of started) if (server.unavailable) log(`  ${server.unavailable}`);
  const env = {
    TEST_DATABASE_URL: postgres.url,
    TEST_REDIS_URL: redis.url,
    TEST_KAFKA_BROKERS: kafka.brokers?.join(','),
  };
  const present = Object.entries(env).filter(([, value]) => value !== undefined);
  return {
    env: Object.fromEntries(present),
    stop: () => Promise.all(started.map((server) => server.stop?.())),
  };
}
