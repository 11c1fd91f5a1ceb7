import { createIdempotencyTable, createJobsTable } from '@drippulse/db';
import { createOutboxTables } from '@drippulse/events';
import type { Kysely } from 'kysely';
import { createEnrollments } from './baseline/enrollments.ts';
import { createHistory } from './baseline/history.ts';
import { createRecords } from './baseline/records.ts';
import { createRuns } from './baseline/runs.ts';
import { createWorkflows } from './baseline/workflows.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createOutboxTables(db);
  await createJobsTable(db);
  await createWorkflows(db);
  await createEnrollments(db);
  await createRuns(db);
  await createHistory(db);
  await createRecords(db);
}
