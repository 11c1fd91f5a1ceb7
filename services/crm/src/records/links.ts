import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { RecordType } from '../record-type.ts';
import { type Links, tables, type Values } from './collection.ts';
import { hasId } from './ids.ts';
import { missing } from './missing.ts';

/** Resolves the links in values to UUIDs. A link to an unknown record throws `not_found`. */
export async function resolveLinks(
  trx: Transaction<DB>,
  organizationId: bigint,
  links: Links,
  values: Values,
): Promise<Values> {
  const resolved: Record<string, string> = {};
  for (const [column, type] of Object.entries(links)) {
    const id = values[column];
    if (typeof id === 'string') resolved[column] = await findId(trx, organizationId, type, id);
  }
  return { ...values, ...resolved };
}

/**
 * Finds the id of a linked record. The query takes the lock of the foreign key, so that a link waits for a running
 * merge and does not miss the survivor.
 */
async function findId(trx: Transaction<DB>, organizationId: bigint, type: RecordType, id: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(tables[type].table)}
    where organization_id = ${organizationId} and deleted_at is null and ${hasId(type, id)}
    for key share`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw await missing(trx, organizationId, type, id);
  return row.id;
}
