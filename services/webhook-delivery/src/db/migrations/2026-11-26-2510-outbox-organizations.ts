import { addOutboxOrganizations } from '@drippulse/events';
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await addOutboxOrganizations(db);
}
