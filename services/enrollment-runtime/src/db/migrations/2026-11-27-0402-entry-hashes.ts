import { buildIndex } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

export const withoutTransaction = true;

/** The entries of a key. Enrollments from before have none. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await buildIndex(
    db,
    'enrollments_contact_hash_idx',
    sql`enrollments (workflow_id, contact_hash) where contact_hash is not null`,
  );
  await buildIndex(
    db,
    'enrollments_entry_hash_idx',
    sql`enrollments (workflow_id, entry_hash) where entry_hash is not null`,
  );
}
