import { createJobsTable } from '@drippulse/db';
import { createUsageTables } from '@drippulse/entitlements';
import { createEventTables } from '@drippulse/events';
import { allowSealedMails, createMailsTable } from '@drippulse/mail';
import { createIdempotencyTable } from '@drippulse/writes';
import type { Kysely } from 'kysely';
import { createApiKeys } from './baseline/api-keys.ts';
import { createAudit } from './baseline/audit.ts';
import { createIdentities } from './baseline/identities.ts';
import { createLinks } from './baseline/links.ts';
import { createMemberships } from './baseline/memberships.ts';
import { createMfa } from './baseline/mfa.ts';
import { createOrganizations } from './baseline/organizations.ts';
import { createProjects } from './baseline/projects.ts';
import { createSessions } from './baseline/sessions.ts';
import { createSignIn } from './baseline/sign-in.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createEventTables(db);
  await createJobsTable(db);
  await createMailsTable(db);
  await allowSealedMails(db);
  await createUsageTables(db);
  await createOrganizations(db);
  await createIdentities(db);
  await createMemberships(db);
  await createSessions(db);
  await createMfa(db);
  await createSignIn(db);
  await createLinks(db);
  await createApiKeys(db);
  await createProjects(db);
  await createAudit(db);
}
