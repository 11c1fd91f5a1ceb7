import { buildIndex } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

export const withoutTransaction = true;

/** An erasure looks through the approvals of an organization that belong to no enrollment, which are few. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await buildIndex(
    db,
    'approvals_of_no_enrollment_idx',
    sql`approvals (organization_id, id) where enrollment_id is null`,
  );
}
