import { setApart } from '@drippulse/writes';
import type { Kysely } from 'kysely';

/**
 * Makes updates of lead forms raise the revision if they change any column that is not in `apart`. An update that
 * changes only columns in `apart` does not raise it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await setApart(db, 'lead_forms', { apart: ['submission_count', 'last_submitted_at', 'last_enrollment_error'] });
}
