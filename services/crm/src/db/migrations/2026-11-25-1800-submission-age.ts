import { type Kysely, sql } from 'kysely';

/** Submissions that are settled are forgotten by age. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index lead_form_submissions_created_at_idx on lead_form_submissions (created_at)
    where enroll_at is null`.execute(db);
}
