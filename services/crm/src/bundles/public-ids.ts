import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { type RecordType, tables } from '../records/collection.ts';
import { isPublicId } from '../records/ids.ts';

/** A record of the organization that a row of a bundle stands for, whether deleted or not. */
export type Found = { id: string; deleted_at: Date | null };

/**
 * The public id that a record gets here whose own is taken by another organization: always the same one, so that links
 * follow and the same bundle twice finds it again.
 */
function standInFor(type: RecordType, organizationId: bigint, publicId: string): string {
  const hash = createHash('sha256').update(`${organizationId}\n${publicId}`).digest('hex');
  return `${tables[type].prefix}_${hash.slice(0, 24)}`;
}

/** The record of the organization with a public id of a bundle, or with what stands in for it here. */
export async function findByPublicId(
  trx: Transaction<DB>,
  organizationId: bigint,
  type: RecordType,
  publicId: string,
): Promise<Found | undefined> {
  if (!isPublicId(type, publicId)) return undefined;
  const ids = [publicId, standInFor(type, organizationId, publicId)];
  const { rows } = await sql<Found>`
    select id, deleted_at from ${sql.table(tables[type].table)}
    where organization_id = ${organizationId} and public_id in (${sql.join(ids)})
    order by public_id = ${publicId} desc limit 1`.execute(trx);
  return rows[0];
}

/** The public id that a new record gets: its own, unless another organization has it. */
export async function choosePublicId(
  trx: Transaction<DB>,
  organizationId: bigint,
  type: RecordType,
  publicId: unknown,
): Promise<string | undefined> {
  if (typeof publicId !== 'string' || !isPublicId(type, publicId)) return undefined;
  const { rows } = await sql`
    select 1 from ${sql.table(tables[type].table)} where public_id = ${publicId}`.execute(trx);
  return rows.length === 0 ? publicId : standInFor(type, organizationId, publicId);
}
