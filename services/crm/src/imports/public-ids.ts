import { createHash } from 'node:crypto';
import { stringifyJson } from '@drippulse/json';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { RecordType } from '../record-type.ts';
import { tables } from '../records/collection.ts';
import { isPublicId } from '../records/ids.ts';
import type { ReadRow } from './source-row.ts';

/** A record of the organization that a row stands for, whether deleted or not. */
export type Found = { id: string; public_id: string; deleted_at: Date | null };

/**
 * The public id that a record gets here whose own is taken by another organization: always the same one, so that links
 * follow and the same upload twice finds it again.
 */
export function standInFor(type: RecordType, organizationId: bigint, publicId: string): string {
  return hashedId(type, `${organizationId}\n${publicId}`);
}

/** The public id of a row that says nothing to tell it by: it is known by all that it says. */
export function contentIdOf(type: RecordType, organizationId: bigint, { fields }: ReadRow): string {
  const members = Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1));
  return hashedId(type, `${organizationId}\n${stringifyJson(Object.fromEntries(members))}`);
}

function hashedId(type: RecordType, text: string): string {
  return `${tables[type].prefix}_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
}

/** The records of the organization that public ids name, or what stands in for those here, by the ids as given. */
export async function findByPublicIds(
  trx: Transaction<DB>,
  organizationId: bigint,
  type: RecordType,
  publicIds: Iterable<string>,
): Promise<Map<string, Found>> {
  const wanted = [...new Set(publicIds)].filter((id) => isPublicId(type, id));
  if (wanted.length === 0) return new Map();
  const ids = wanted.flatMap((id) => [id, standInFor(type, organizationId, id)]);
  const { rows } = await sql<Found>`
    select id, public_id, deleted_at from ${sql.table(tables[type].table)}
    where organization_id = ${organizationId} and public_id = any(${ids})`.execute(trx);
  const byId = new Map(rows.map((row) => [row.public_id, row]));
  const found = wanted.map((id) => [id, byId.get(id) ?? byId.get(standInFor(type, organizationId, id))] as const);
  return new Map(found.flatMap(([id, row]) => (row === undefined ? [] : [[id, row]])));
}

/** Of public ids those that any organization has: new records must take others. */
export async function findTaken(trx: Transaction<DB>, type: RecordType, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await sql<{ public_id: string }>`
    select public_id from ${sql.table(tables[type].table)} where public_id = any(${ids})`.execute(trx);
  return new Set(rows.map((row) => row.public_id));
}
