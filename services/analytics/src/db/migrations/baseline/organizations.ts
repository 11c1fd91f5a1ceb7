import { type Kysely, sql } from 'kysely';

/** Creates the tables for the organizations that have facts, and for the names that charts show. */
export async function createOrganizations(db: Kysely<unknown>): Promise<void> {
  // Transactions that write rollups lock this row. Those that add sums share the lock, and those that recount sums lock
  // it exclusively.
  await sql`
    create table organizations (
      organization_id bigint primary key,
      timezone text not null
    )`.execute(db);
  await sql`
    create table names (
      organization_id bigint not null,
      noun text not null,
      id bigint not null,
      name text not null,
      sequence bigint not null,
      primary key (organization_id, noun, id),
      constraint names_noun_check check (noun in ('workflow', 'agent'))
    )`.execute(db);
}
