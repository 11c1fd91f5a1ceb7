import { createUsageTables } from '@drippulse/entitlements';
import { createEventTables } from '@drippulse/events';
import { createIdempotencyTable } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';
import { createAccounts } from './baseline/accounts.ts';
import { createActivities } from './baseline/activities.ts';
import { createChangeEvents } from './baseline/change-events.ts';
import { createCustomFields } from './baseline/custom-fields.ts';
import { createErasures } from './baseline/erasures.ts';
import { createImports } from './baseline/imports.ts';
import { createInboundSecrets } from './baseline/inbound-secrets.ts';
import { createLeadForms } from './baseline/lead-forms.ts';
import { createMerges } from './baseline/merges.ts';
import { createOperator } from './baseline/operator.ts';
import { createOpportunities } from './baseline/opportunities.ts';
import { createPeople } from './baseline/people.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createExtensions(db);
  await createIdempotencyTable(db);
  await createEventTables(db);
  await createUsageTables(db);
  await createAccounts(db);
  await createPeople(db);
  await createOpportunities(db);
  await createActivities(db);
  await createChangeEvents(db);
  await createCustomFields(db);
  await createLeadForms(db);
  await createImports(db);
  await createMerges(db);
  await createErasures(db);
  await createInboundSecrets(db);
  await createOperator(db);
}

/**
 * Creates the extensions. They are trusted, so any role that may create objects in the database may create them. For
 * other roles, an administrator must have created the extensions.
 */
async function createExtensions(db: Kysely<unknown>): Promise<void> {
  await sql`create extension if not exists pg_trgm with schema public`.execute(db);
  await sql`create extension if not exists btree_gin with schema public`.execute(db);
}
