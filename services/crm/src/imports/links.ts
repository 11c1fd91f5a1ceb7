import type { Violation } from '@drippulse/errors';
import type { JsonObject } from '@drippulse/json';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { RecordType } from '../record-type.ts';
import { type Collection, isMergeable, type MergeableType, type RecordRow, tables } from '../records/collection.ts';
import { isUuid } from '../records/ids.ts';
import { findSurvivors } from '../records/survivors.ts';
import { type Found, findByPublicIds } from './public-ids.ts';
import type { ReadRow } from './source-row.ts';

/** The records to which a batch links. */
export type Links = {
  /** Replaces the links of a row with UUIDs of this installation, or returns violations for unknown records. */
  follow(fields: JsonObject): JsonObject | Violation[];
};

type Link = { column: string; publicColumn: string; type: RecordType; targets: Map<string, Found> };

/**
 * Finds the linked records. A public id takes precedence over a UUID, because the UUID may be from a different
 * installation.
 */
export async function findLinks<Row extends RecordRow>(
  trx: Transaction<DB>,
  organizationId: bigint,
  collection: Collection<Row>,
  rows: readonly ReadRow[],
): Promise<Links> {
  const links: Link[] = [];
  for (const [column, type] of Object.entries(collection.links)) {
    const publicColumn = column.replace(/_id$/, '_public_id');
    const ids = rows.flatMap(({ fields }) => idOf(fields, column, publicColumn) ?? []);
    const targets = new Map([
      ...(await findByPublicIds(trx, organizationId, type, ids)),
      ...(await findByUuids(trx, organizationId, type, ids.filter(isUuid))),
    ]);
    if (isMergeable(type)) await followMerges(trx, organizationId, type, targets);
    links.push({ column, publicColumn, type, targets });
  }
  return { follow: (fields) => follow(links, fields) };
}

/**
 * Replaces merged records with their survivors. The query takes the lock of the foreign key, so that a link waits for a
 * running merge and does not miss the survivor.
 */
async function followMerges(
  trx: Transaction<DB>,
  organizationId: bigint,
  type: MergeableType,
  targets: Map<string, Found>,
): Promise<void> {
  const ids = [...targets.values()].map(({ id }) => id);
  if (ids.length === 0) return;
  const wanted = sql`id = any(${ids}::uuid[])`;
  await sql`
    select from ${sql.table(tables[type].table)} where organization_id = ${organizationId} and ${wanted}
    order by id for key share`.execute(trx);
  const survivors = await findSurvivors(trx, organizationId, type, wanted);
  const byOrigin = new Map(survivors.map((survivor) => [survivor.origin, survivor]));
  for (const [name, { id }] of targets) {
    const survivor = byOrigin.get(id);
    if (survivor !== undefined) targets.set(name, { ...survivor, deleted_at: null });
  }
}

async function findByUuids(
  trx: Transaction<DB>,
  organizationId: bigint,
  type: RecordType,
  ids: readonly string[],
): Promise<Map<string, Found>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<Found>`
    select id, public_id, deleted_at from ${sql.table(tables[type].table)}
    where organization_id = ${organizationId} and id = any(${ids}::uuid[])`.execute(trx);
  return new Map(rows.map((row) => [row.id, row]));
}

function idOf(fields: JsonObject, column: string, publicColumn: string): string | undefined {
  const id = fields[publicColumn] ?? fields[column];
  return typeof id === 'string' ? id : undefined;
}

/** Replaces the links of one row. A link to a deleted record is dropped. */
function follow(links: readonly Link[], fields: JsonObject): JsonObject | Violation[] {
  const followed = { ...fields };
  const problems: Violation[] = [];
  for (const { column, publicColumn, type, targets } of links) {
    const id = idOf(fields, column, publicColumn);
    if (id === undefined) continue;
    const target = targets.get(id) ?? targets.get(id.toLowerCase());
    if (target === undefined) {
      const field = typeof fields[publicColumn] === 'string' ? publicColumn : column;
      problems.push({
        field,
        message: `names no ${type} that is there or stands earlier in the upload`,
        code: 'not_found',
      });
    } else if (target.deleted_at === null) followed[column] = target.id;
    else delete followed[column];
  }
  return problems.length > 0 ? problems : followed;
}
