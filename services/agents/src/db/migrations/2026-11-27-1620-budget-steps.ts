import { type Kysely, sql } from 'kysely';

/** Steps that ask a person for room in a budget. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table execution_steps drop constraint execution_steps_kind_check,
      add constraint execution_steps_kind_check check (
        kind in ('decide', 'code_call', 'enroll', 'model_call', 'repair', 'tool_call', 'approval', 'budget', 'final')) not valid`.execute(
    db,
  );
}
