import { connectDatabase, type Database } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import { measureStatements } from '@drippulse/testing';
import type { DB } from '../src/db/schema.ts';

/** The service's database, and what the statements sent to it read. */
export function measuredDatabase(url: string) {
  const log = createLogger({ service: 'test', level: 'fatal' });
  const db: Database<DB> = connectDatabase({ url, schema: 'webhooks', service: 'test', log, max: 2 });
  return { db, measure: measureStatements(db.pool) };
}
