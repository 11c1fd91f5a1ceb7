import { type Kysely, sql } from 'kysely';

/** Rows from before are live, and so are those that a process of the version before inserts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table workflows
      add column mode text not null default 'live',
      add constraint workflows_mode_check check (mode in ('live', 'test'))`.execute(db);
  // A list shows one mode, and walks past no row of the other. Indexes with the mode in front were larger than the ones without
  // it, so the planner took those, and walked. The ones without it serve processes of the version before, and go in a later
  // release.
  for (const mode of ['live', 'test']) {
    for (const columns of [[], ['status'], ['project_id'], ['project_id', 'status']]) {
      const key = ['organization_id', ...columns, 'id'];
      await sql`
        create index ${sql.ref(`workflows_${mode}_${key.join('_')}_idx`)}
          on workflows (${sql.join(key.map((column) => sql.ref(column)))})
          where deleted_at is null and mode = ${sql.lit(mode)}`.execute(db);
    }
  }
}
