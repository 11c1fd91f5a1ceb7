import { buildIndex } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

export const withoutTransaction = true;

/**
 * Enrollments of contacts without the hash of their key: of earlier releases, and of processes of them during a rollout. A loop
 * hashes them. Keys that were hashed with spaces around them are hashed again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    update enrollments set contact_hash = null
    where contact_hash is not null and (lead_ref ~ '^\\s|\\s$' or (lead_ref is null and email ~ '^\\s|\\s$'))`.execute(
    db,
  );
  await buildIndex(
    db,
    'enrollments_unhashed_idx',
    sql`enrollments (workflow_id, id)
      where contact_hash is null and erased_at is null and (lead_ref is not null or email is not null)`,
  );
}
