import { endWithRun, startEmbeddedPostgres } from '@drippulse/servers';
import { shareWithRun } from './shared-server.ts';

/** A PostgreSQL server for tests. `url` names the superuser. */
export type TestPostgres = { url: string; stop(): Promise<void> };

/** Settings that trade durability for speed, because data of tests need not survive a crash of the machine. */
const fastSettings = { fsync: false, full_page_writes: false, max_connections: 300, max_locks_per_transaction: 256 };

/**
 * Returns PostgreSQL for tests: `TEST_DATABASE_URL`, else one server with the PostgreSQL from npm, which all processes
 * of this test run share. That server ends with the run.
 */
export async function testPostgres(options: { onProgress?(message: string): void } = {}): Promise<TestPostgres> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { url: given, stop: async () => undefined };
  const server = await shareWithRun('postgres', async (dataDir) => {
    const postgres = await startEmbeddedPostgres({ ...options, dataDir, settings: fastSettings });
    endWithRun(postgres.pid, 'INT');
    return { address: postgres.url, stop: postgres.stop };
  });
  if ('unavailable' in server) throw new Error(server.unavailable);
  return { url: server.address, stop: server.stop };
}
