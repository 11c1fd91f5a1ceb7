import { createUsageTables } from '@drippulse/entitlements';
import type { Kysely } from 'kysely';

/** Plans may limit the agents of organizations. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createUsageTables(db);
}
