import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@drippulse/servers';
import type { TestDatabase } from '@drippulse/testing';

/**
 * A database on a server of its own. A platform gives the roles of its services passwords, and roles are those of the
 * whole server: two platforms on one server would take them from each other.
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
