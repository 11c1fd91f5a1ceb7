import { createHash } from 'node:crypto';
import { stringifyJson } from '@drippulse/json';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { RecordType } from '../record-type.ts';
import { tables } from '../records/collection.ts';
import { isPublicId } from '../records/ids.ts';
import type { ReadRow } from './source-row.ts';

/** A record of the organization, deleted or not, that a row identifies. */
export type Found = { id: string; public_id: string; deleted_at: Date | null };

/**
 * Returns the public id of a record whose own id belongs to a different organization. The same arguments always give
 * the same id, so that links lead to the record and a second upload finds it.
 */
export function standInFor(type: RecordType, organizationId: bigint, publicId: string): string {
  return hashedId(type, `${organizationId}\n${publicId}`);
}

/** Returns the public id of a row that has no key: a hash of the row's content. */
export function contentIdOf(type: RecordType, organizationId: bigint, { fields }: ReadRow): string {
  const members = Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1));
  return hashedId(type, `${organizationId}\n${stringifyJson(Object.fromEntries(members))}`);
}

function hashedId(type: RecordType, text: string): string {
  return `${tables[type].prefix}_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
}

/**
 * Finds the records with these public ids, or with the ids that replace them because another organization has these
 * public ids (`standInFor`). The result is keyed by the given ids.
 */
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

/** Finds which of the public ids already exist in any organization. New records need different ids. */
export async function findTaken(trx: Transaction<DB>, type: RecordType, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await sql<{ public_id: string }>`
    select public_id from ${sql.table(tables[type].table)} where public_id = any(${ids})`.execute(trx);
  return new Set(rows.map((row) => row.public_id));
}
