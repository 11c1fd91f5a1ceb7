import { connectDatabase } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import type { DB } from '../src/db/schema.ts';
import { rebuild } from '../src/rollups/rebuild.ts';

/** Runs a rebuild that dies after it has marked the days of the first page of organizations. */
const log = createLogger({ level: 'fatal' });
const url = process.env['DATABASE_URL'] ?? '';
const db = connectDatabase<DB>({ url, schema: 'analytics', service: 'rebuild', log, max: 2 });
await rebuild(
  db.kysely,
  () => undefined,
  async () => void process.kill(process.pid, 'SIGKILL'),
);
