import { setApart } from '@drippulse/writes';
import type { Kysely } from 'kysely';

/**
 * Raises the revision of a form when an update changes any column except those in `apart`, even if the update changes
 * them too.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await setApart(db, 'lead_forms', { apart: ['submission_count', 'last_submitted_at', 'last_enrollment_error'] });
}
