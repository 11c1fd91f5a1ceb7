import { createJobsTable } from '@drippulse/db';
import { createEventTables } from '@drippulse/events';
import { createMailsTable } from '@drippulse/mail';
import { createIdempotencyTable } from '@drippulse/writes';
import type { Kysely } from 'kysely';
import { createCustomers } from './baseline/customers.ts';
import { createEntitlements } from './baseline/entitlements.ts';
import { createHooks } from './baseline/hooks.ts';
import { createMetering } from './baseline/metering.ts';
import { createOperations } from './baseline/operations.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createEventTables(db);
  await createJobsTable(db);
  await createMailsTable(db);
  await createCustomers(db);
  await createOperations(db);
  await createHooks(db);
  await createEntitlements(db);
  await createMetering(db);
}
