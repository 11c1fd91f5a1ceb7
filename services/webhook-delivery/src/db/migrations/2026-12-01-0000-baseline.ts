import { createJobsTable } from '@drippulse/db';
import { createEventTables } from '@drippulse/events';
import { createSuspensionsTable } from '@drippulse/service';
import { createIdempotencyTable } from '@drippulse/writes';
import type { Kysely } from 'kysely';
import { createDeliveries } from './baseline/deliveries.ts';
import { createQueue } from './baseline/queue.ts';
import { createWebhooks } from './baseline/webhooks.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createEventTables(db);
  await createJobsTable(db);
  await createSuspensionsTable(db);
  await createWebhooks(db);
  await createQueue(db);
  await createDeliveries(db);
}
