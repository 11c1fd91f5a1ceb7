import { randomUUID } from 'node:crypto';
import { connectDatabase, type Database, migrate } from '@drippulse/db';
import { createLogger, createMetrics } from '@drippulse/observability';
import { ProbeEventSchema } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { createTestDatabase } from '@drippulse/testing';
import { sql } from 'kysely';
import { appendEvents, createEventTables, type Topic, topicOf } from '../src/index.ts';

export const log = createLogger({ service: 'events-test', level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });

/** A service's schema with only the tables of this library. */
export type TestService = {
  db: Database<unknown>;
  url: string;
  metrics: ReturnType<typeof createMetrics>;
  drop(): Promise<void>;
};

export async function createTestService(): Promise<TestService> {
  const database = await createTestDatabase({ name: 'events' });
  const migrations = { '1_events': { up: createEventTables } };
  await migrate({ url: database.url, schema: 'probes', migrations });
  const db = connectDatabase<unknown>({ url: database.url, schema: 'probes', service: 'probes', log });
  return {
    db,
    url: database.url,
    metrics: createMetrics('probes'),
    async drop() {
      await db.close();
      await database.drop();
    },
  };
}

/** Makes a topic that no other test uses, because brokers outlive tests. */
export function uniqueTopic(): Topic<typeof ProbeEventSchema> {
  return { ...topicOf(ProbeEventSchema), name: `drippulse.probes-${randomUUID().slice(0, 8)}.v1` };
}

/** The trace that every event of a test belongs to. */
export const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Appends the events in one transaction. */
export async function append(
  service: TestService,
  topic: Topic<typeof ProbeEventSchema>,
  events: readonly { aggregate: string; sequence: bigint; name?: string; organizationId?: bigint }[],
): Promise<string[]> {
  return service.db.kysely.transaction().execute((trx) =>
    appendEvents(
      trx,
      topic,
      events.map(({ aggregate, sequence, name, organizationId = 7n }) => ({
        organizationId,
        aggregate,
        sequence,
        payload: { case: 'touched' as const, value: { name: name ?? '' } },
      })),
      { traceparent },
    ),
  );
}

export function sequences(aggregate: string, from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, index) => ({ aggregate, sequence: BigInt(from + index) }));
}

export async function outboxRows(service: TestService): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from outbox`.execute(service.db.kysely);
  return rows[0]?.count ?? 0;
}

/** Returns the organizations that have events in the outbox. */
export async function outboxOrganizations(service: TestService): Promise<bigint[]> {
  const { rows } = await sql<{ organization_id: bigint }>`
    select distinct organization_id from outbox`.execute(service.db.kysely);
  return rows.map((row) => row.organization_id);
}
