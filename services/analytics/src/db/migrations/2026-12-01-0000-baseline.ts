import { createJobsTable } from '@drippulse/db';
import { createEventTables } from '@drippulse/events';
import { createMailsTable } from '@drippulse/mail';
import { createSuspensionsTable } from '@drippulse/service';
import { createIdempotencyTable } from '@drippulse/writes';
import type { Kysely } from 'kysely';
import { createFacts } from './baseline/facts.ts';
import { createOrganizations } from './baseline/organizations.ts';
import { createReports } from './baseline/reports.ts';
import { createRollups } from './baseline/rollups.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createEventTables(db);
  await createJobsTable(db);
  await createMailsTable(db);
  await createSuspensionsTable(db);
  await createOrganizations(db);
  await createFacts(db);
  await createRollups(db);
  await createReports(db);
}
