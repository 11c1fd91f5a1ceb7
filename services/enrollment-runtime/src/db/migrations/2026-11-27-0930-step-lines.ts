import { type Kysely, sql } from 'kysely';

/**
 * A goal that is counted while a run waits adds a line behind that of the step. This is the number of the step's line then; null
 * while the last line is one of a step.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table runs add column step_line integer`.execute(db);
}
