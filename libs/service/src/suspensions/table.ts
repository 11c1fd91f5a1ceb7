import { type Kysely, type RawBuilder, sql } from 'kysely';

/** Creates the table of organizations that the operator has suspended, in a migration of a service. */
export async function createSuspensionsTable<DB>(db: Kysely<DB>): Promise<void> {
  await sql`
    create table suspensions (
      organization_id bigint primary key,
      -- Version of the organization, so that an event that comes late changes nothing.
      sequence bigint not null,
      is_suspended boolean not null
    )`.execute(db);
  await sql`create index suspensions_suspended_idx on suspensions (organization_id) where is_suspended`.execute(db);
}

/**
 * Returns the condition that the organization with this id is suspended. The table has few rows, so a statement reads
 * all of them once.
 */
export function isSuspended(organizationId: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`${organizationId} in (select organization_id from suspensions where is_suspended)`;
}
