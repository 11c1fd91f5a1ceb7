import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { type Collection, isMergeable, type RecordRow, tables } from './collection.ts';
import { hasId } from './ids.ts';
import { missing } from './missing.ts';
import type { Write } from './write.ts';

/** Returns SQL for the columns of `record` and the public ids of the records that it links to. */
export function recordColumns<Row extends RecordRow>({ type, links }: Collection<Row>): RawBuilder<unknown> {
  const shown = isMergeable(type) ? { ...links, merged_into_id: type } : links;
  const publicIds = Object.entries(shown).map(
    ([column, target]) => sql`, (
      select linked.public_id from ${sql.table(tables[target].table)} as linked
      where linked.id = record.${sql.ref(column)}
    ) as ${sql.ref(column.replace(/_id$/, '_public_id'))}`,
  );
  return sql`record.*${sql.join(publicIds, sql``)}`;
}

/** Selects the rows that meet a condition. */
export function selectRecords<Row extends RecordRow>(
  collection: Collection<Row>,
  condition: RawBuilder<unknown>,
): RawBuilder<Row> {
  const { table } = tables[collection.type];
  return sql<Row>`select ${recordColumns(collection)} from ${sql.table(table)} as record where ${condition}`;
}

/** Finds a live record of the organization by UUID or public id. */
export async function findRecord<Row extends RecordRow>(
  db: Kysely<DB>,
  collection: Collection<Row>,
  organizationId: bigint,
  id: string,
): Promise<Row> {
  const { rows } = await selectRecords(collection, isLive(collection, organizationId, id)).execute(db);
  const [row] = rows;
  if (row === undefined) throw await missing(db, organizationId, collection.type, id);
  return row;
}

/**
 * Finds a live record of the organization and locks it, so that two changes of the record happen one after the other.
 */
export async function lockRecord<Row extends RecordRow>(
  { trx, author: { organizationId } }: Write,
  collection: Collection<Row>,
  id: string,
): Promise<Row> {
  const condition = isLive(collection, organizationId, id);
  const { rows } = await sql<Row>`${selectRecords(collection, condition)} for update of record`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw await missing(trx, organizationId, collection.type, id);
  return row;
}

function isLive<Row extends RecordRow>({ type }: Collection<Row>, organizationId: bigint, id: string) {
  return sql`organization_id = ${organizationId} and deleted_at is null and ${hasId(type, id)}`;
}
