import { type RawBuilder, sql } from 'kysely';
import type { OrganizationTable } from './tables.ts';

/**
 * Returns the condition that a row `t` belongs to an organization. `tables` must include the table that `owner` names,
 * if any.
 */
export function isOf(
  { owner }: OrganizationTable,
  organizationId: bigint,
  tables: Readonly<Record<string, OrganizationTable>>,
): RawBuilder<boolean> {
  if (owner === undefined) return sql`false`;
  const column = sql.ref(`t.${owner.column}`);
  if (owner.table === undefined) return sql`${column} = ${organizationId}`;
  const parent = tables[owner.table];
  if (parent === undefined) throw new Error(`${owner.table} owns rows, and nobody declared it`);
  return sql`${column} in (
    select ${sql.ref(`t.${owner.key ?? 'id'}`)} from ${sql.table(owner.table)} as t where ${isOf(parent, organizationId, tables)})`;
}
