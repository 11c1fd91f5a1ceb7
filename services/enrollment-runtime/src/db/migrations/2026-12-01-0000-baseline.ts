import { createJobsTable } from '@drippulse/db';
import { createUsageTables } from '@drippulse/entitlements';
import { createEventTables } from '@drippulse/events';
import { createMailsTable } from '@drippulse/mail';
import { createSuspensionsTable } from '@drippulse/service';
import { createIdempotencyTable } from '@drippulse/writes';
import type { Kysely } from 'kysely';
import { createApprovals } from './baseline/approvals.ts';
import { createChains } from './baseline/chains.ts';
import { createEnrollments } from './baseline/enrollments.ts';
import { createEntries } from './baseline/entries.ts';
import { createEvents } from './baseline/events.ts';
import { createGoals } from './baseline/goals.ts';
import { createHistory } from './baseline/history.ts';
import { createMessaging } from './baseline/messaging.ts';
import { createPostponements } from './baseline/postponements.ts';
import { createReactions } from './baseline/reactions.ts';
import { createRecords } from './baseline/records.ts';
import { createRuns } from './baseline/runs.ts';
import { createWorkflows } from './baseline/workflows.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createEventTables(db);
  await createJobsTable(db);
  await createSuspensionsTable(db);
  await createUsageTables(db);
  // Mails of the platform to members of organizations. They contain no data of contacts.
  await createMailsTable(db);
  await createWorkflows(db);
  await createChains(db);
  await createEnrollments(db);
  await createEntries(db);
  await createRuns(db);
  await createGoals(db);
  await createHistory(db);
  await createRecords(db);
  await createEvents(db);
  await createApprovals(db);
  await createMessaging(db);
  await createReactions(db);
  await createPostponements(db);
}
