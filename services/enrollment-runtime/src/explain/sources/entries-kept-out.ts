import { type RawBuilder, sql } from 'kysely';
import type { Person } from '../person.ts';

/** Selects the rows of `refused_entries` or `held_entries` about a person, by the indexes that both tables have. */
export function entriesOf(table: 'refused_entries' | 'held_entries', person: Person): RawBuilder<unknown> {
  const { organizationId, mode, email, leadRef, workflowId } = person;
  const by = (column: 'email' | 'lead_ref', value: string) => sql`
    select * from ${sql.table(table)}
    where organization_id = ${organizationId} and left(${sql.ref(column)}, 64) = left(${value}, 64)
      and ${sql.ref(column)} = ${value}`;
  const named = [
    ...(email === undefined ? [] : [by('email', email.toLowerCase())]),
    ...(leadRef === undefined ? [] : [by('lead_ref', leadRef)]),
  ];
  return sql`(
    select * from (${sql.join(
      named.map((one) => sql`select id from (${one}) as entry`),
      sql` union `,
    )}) as named
    join ${sql.table(table)} using (id)
    where mode = ${mode} ${workflowId === undefined ? sql`` : sql`and workflow_id = ${workflowId}`}
  ) as entry`;
}
