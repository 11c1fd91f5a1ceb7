import { createJobsTable } from '@drippulse/db';
import { createEventTables } from '@drippulse/events';
import { createMailsTable } from '@drippulse/mail';
import { createSuspensionsTable } from '@drippulse/service';
import { createIdempotencyTable } from '@drippulse/writes';
import type { Kysely } from 'kysely';
import { createConnections } from './baseline/connections.ts';
import { createDataSources } from './baseline/data-sources.ts';
import { createEffects } from './baseline/effects.ts';
import { createRuns } from './baseline/runs.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createEventTables(db);
  await createJobsTable(db);
  await createMailsTable(db);
  await createSuspensionsTable(db);
  await createConnections(db);
  await createEffects(db);
  await createDataSources(db);
  await createRuns(db);
}
