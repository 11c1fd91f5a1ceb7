import { connectDatabase } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import type { DB } from '../src/db/schema.ts';
import { rebuild } from '../src/rollups/rebuild.ts';

/** A rebuild that dies after marking the days of the first organizations. */
const log = createLogger({ level: 'fatal' });
const url = process.env['DATABASE_URL'] ?? '';
const db = connectDatabase<DB>({ url, schema: 'analytics', service: 'rebuild', log, max: 2 });
await rebuild(
  db.kysely,
  () => undefined,
  async () => void process.kill(process.pid, 'SIGKILL'),
);
