import { connectDatabase, type Database, provisionSchema } from '@drippulse/db';
import { createTestDatabase } from '@drippulse/testing';
import { sql } from 'kysely';
import { unpackMessages } from '../src/frame/frame.ts';
import { migrateEmbeddedTransport } from '../src/index.ts';
import { log } from './fixture.ts';
import type { TransportChoice } from './transports.ts';

/** A log in a database of its own, with access to the tables below the transport. */
export type EmbeddedLog = { choice: TransportChoice; db: Database<unknown>; drop(): Promise<void> };

export async function createEmbeddedLog(): Promise<EmbeddedLog> {
  const database = await createTestDatabase({ name: 'embedded' });
  const url = await provisionSchema({
    adminUrl: database.url,
    schema: 'events',
    role: 'drippulse_test_events',
    password: 'events',
  });
  await migrateEmbeddedTransport(url);
  const db = connectDatabase<unknown>({ url, schema: 'events', service: 'events-test', log });
  return {
    choice: { kind: 'embedded', url },
    db,
    async drop() {
      await db.close();
      await database.drop();
    },
  };
}

/** Returns the ids of all messages of a topic, in the order of their partitions. */
export async function storedIds(db: Database<unknown>, topic: string): Promise<string[]> {
  const { rows } = await sql<{ value: Uint8Array }>`
    select value from embedded_log where topic = ${topic} order by partition, "offset"
  `.execute(db.kysely);
  return rows.flatMap(({ value }) => unpackMessages(value).map(({ headers }) => headers['ce_id'] ?? ''));
}
