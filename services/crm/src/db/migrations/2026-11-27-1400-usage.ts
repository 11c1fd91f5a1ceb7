import { countRowsAsUsage, createUsageTables } from '@drippulse/entitlements';
import { type Kysely, sql } from 'kysely';

/** The contacts of organizations are counted, and plans may limit them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createUsageTables(db);
  await countRowsAsUsage(db, {
    table: 'contacts',
    meter: 'contacts',
    isThere: (row) => sql`${row}.deleted_at is null`,
  });
}
