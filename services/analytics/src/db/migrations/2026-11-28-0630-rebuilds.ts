import { type Kysely, sql } from 'kysely';

/**
 * The rebuild that has not marked all days, at most one. The days of organizations up to `marked_until` are marked. Any process goes on where
 * one died.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table rebuilds (
      is_only boolean primary key default true,
      marked_until bigint not null,
      constraint rebuilds_is_only_check check (is_only)
    )`.execute(db);
}
