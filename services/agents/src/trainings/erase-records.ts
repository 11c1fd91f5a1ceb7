import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { trainingJobs } from './rows.ts';

/**
 * Removes the records of a person from active trainings, and raises the fence of these jobs. A slice that has read the
 * person but has not committed therefore cannot commit. When the slice is repeated, the CRM no longer returns the
 * person. Models stay, because their weights are derived from many people.
 */
export async function eraseTrainingRecords(
  db: Kysely<DB>,
  organizationId: bigint,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  await sql`
    update jobs set fence = fence + 1, wake_at = clock_timestamp()
    where organization_id = ${organizationId} and kind = ${trainingJobs} and status in ('queued', 'running')`.execute(
    db,
  );
  await sql`
    delete from training_rows where organization_id = ${organizationId} and people && ${names}::text[]`.execute(db);
}
