import type { Unavailable } from '@drippulse/servers';
import { startRedis } from '@drippulse/servers';
import { shareWithRun } from '../shared-server.ts';

/** A Redis for tests. */
export type TestRedis = { url: string; stop(): Promise<void> };

/**
 * Returns Redis for tests: `TEST_REDIS_URL`, else one server that all processes of this test run share and that ends
 * with the run.
 */
export async function testRedis(
  options: { onProgress?(message: string): void } = {},
): Promise<TestRedis | Unavailable> {
  const given = process.env['TEST_REDIS_URL'];
  if (given) return { url: given, stop: async () => undefined };
  const server = await shareWithRun('redis', async (dataDir) => {
    const redis = await startRedis({ ...options, dataDir });
    return 'unavailable' in redis ? redis : { address: redis.url, stop: () => redis.kill() };
  });
  return 'unavailable' in server ? server : { url: server.address, stop: server.stop };
}
