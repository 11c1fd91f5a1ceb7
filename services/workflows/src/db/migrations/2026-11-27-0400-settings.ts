import { type Kysely, sql } from 'kysely';

/**
 * The members of a workflow that are part of its version beside the steps, as JSON text: those that differ from their
 * default. Versions from before have none, and so have those that a process of the version before makes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table workflow_versions add column settings text not null default '{}'`.execute(db);
}
