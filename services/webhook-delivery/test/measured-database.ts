import { connectDatabase, type Database } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import { measureStatements } from '@drippulse/testing';
import type { DB } from '../src/db/schema.ts';

/** Connects to the service's database, with a measurement of the buffers that its statements read. */
export function measuredDatabase(url: string) {
  const log = createLogger({ service: 'test', level: 'fatal' });
  const db: Database<DB> = connectDatabase({ url, schema: 'webhooks', service: 'test', log, max: 2 });
  return { db, measure: measureStatements(db.pool) };
}
