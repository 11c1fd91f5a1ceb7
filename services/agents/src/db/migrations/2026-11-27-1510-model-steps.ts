import { type Kysely, sql } from 'kysely';

/** Executions that call models, and the steps of their chains. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table executions drop constraint executions_work_check,
      add constraint executions_work_check check (work in ('decide', 'code', 'workflow', 'llm')) not valid`.execute(db);
  await sql`
    alter table execution_steps drop constraint execution_steps_kind_check,
      add constraint execution_steps_kind_check check (
        kind in ('decide', 'code_call', 'enroll', 'model_call', 'repair', 'tool_call', 'approval', 'final')) not valid`.execute(
    db,
  );
  // Attempts before the key of the execution started it again: attempts of a model call are numbered on, because each has its charge.
  await sql`alter table execution_steps add column former_attempts integer not null default 0`.execute(db);
}
