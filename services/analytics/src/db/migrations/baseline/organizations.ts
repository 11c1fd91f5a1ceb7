import { type Kysely, sql } from 'kysely';

/** Names of workflows and agents, for charts, and until when all that happened is counted. */
export async function up(db: Kysely<unknown>): Promise<void> {
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
  await sql`
    create table progress (
      topic text primary key,
      complete_until timestamptz not null
    )`.execute(db);
}
