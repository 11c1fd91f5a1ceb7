import { createMailsTable } from '@drippulse/mail';
import type { Kysely } from 'kysely';

/** Mails of the platform to members of organizations. They hold no data of contacts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createMailsTable(db);
}
