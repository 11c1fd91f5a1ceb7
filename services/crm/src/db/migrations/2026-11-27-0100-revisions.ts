import { addRevision } from '@drippulse/db';
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['accounts', 'contacts', 'leads', 'opportunities', 'activities']) await addRevision(db, table);
  await addRevision(db, 'custom_fields');
  // Stages are changed together with their pipeline.
  await addRevision(db, 'opportunity_pipelines');
  await addRevision(db, 'lead_forms', { apart: ['submission_count', 'last_submitted_at', 'last_enrollment_error'] });
}
