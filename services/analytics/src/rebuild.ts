import { connectDatabase } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import { readConfig } from './config.ts';
import type { DB } from './db/schema.ts';
import { rebuild, rebuiltAtOnce } from './rollups/rebuild.ts';

/** Recounts all sums from the facts, and reports its progress. */
export async function rebuildAt(url: string, say: (line: string) => void = console.log): Promise<void> {
  const log = createLogger({ level: 'warn' });
  const db = connectDatabase<DB>({ url, schema: 'analytics', service: 'rebuild', log, max: rebuiltAtOnce });
  try {
    const days = await rebuild(db.kysely, (done, all) => say(`${done} of ${all} days`));
    say(`${days} days were counted anew.`);
  } finally {
    await db.close();
  }
}

/** True if run as `node src/rebuild.ts` in the image of the service. */
if (import.meta.main) await rebuildAt(readConfig(process.env).databaseUrl);
