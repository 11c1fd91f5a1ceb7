import type { Unavailable } from '@drippulse/servers';
import { startKafka } from '@drippulse/servers';
import { shareWithRun } from '../shared-server.ts';

/** Brokers for tests. */
export type TestKafka = { brokers: string[]; stop(): Promise<void> };

/**
 * Returns Kafka for tests: `TEST_KAFKA_BROKERS`, else one broker that all processes of this test run share and that
 * ends with the run. Each test must use its own names for topics and groups.
 */
export async function testKafka(
  options: { onProgress?(message: string): void } = {},
): Promise<TestKafka | Unavailable> {
  const given = process.env['TEST_KAFKA_BROKERS'];
  if (given) return { brokers: given.split(','), stop: async () => undefined };
  const server = await shareWithRun('kafka', async (dataDir) => {
    const broker = await startKafka({ ...options, dataDir });
    return 'unavailable' in broker ? broker : { address: broker.brokers.join(','), stop: () => broker.kill() };
  });
  return 'unavailable' in server ? server : { brokers: server.address.split(','), stop: server.stop };
}
