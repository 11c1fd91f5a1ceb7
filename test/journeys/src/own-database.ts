import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@drippulse/servers';
import type { TestDatabase } from '@drippulse/testing';

/**
 * Starts a server with a database, for one platform. A platform sets the passwords of its services' roles, which belong
 * to the whole server, so two platforms on one server would overwrite each other's passwords.
 */
export async function startOwnDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(path.join(tmpdir(), 'drippulse-journeys-'));
  const server = await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres') });
  return {
    url: server.url,
    async drop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
