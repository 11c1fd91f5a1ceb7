import { openEnvelope, type Sealer, sealEnvelope } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import type { LockRevision } from '@drippulse/writes';
import type { Kysely, Selectable } from 'kysely';
import type { DB, ModelConnections } from '../db/schema.ts';

export type ModelConnectionRow = Selectable<ModelConnections>;

const shownFrom = 16;

/** First characters of a masked key. */
export const maskStart = '••••';

/** Returns the context that binds a sealed key to its row. */
export function keyContext(organizationId: bigint): string {
  return `organization ${organizationId} model connection`;
}

/** Returns the columns of a key, including the key's masked form. */
export function keyColumns(sealer: Sealer, organizationId: bigint, key: string) {
  const { box, dataKey } = sealEnvelope(sealer, Buffer.from(key), keyContext(organizationId));
  return { api_key: box, data_key: dataKey, shown_key: `${maskStart}${key.length < shownFrom ? '' : key.slice(-4)}` };
}

export function openKey(
  sealer: Sealer,
  { organization_id: organizationId, api_key: box, data_key: dataKey }: ModelConnectionRow,
): string {
  return openEnvelope(sealer, { box, dataKey }, keyContext(organizationId)).toString();
}

/** Finds the account of an organization. Refuses if the organization has none. */
export async function findModelConnection(db: Kysely<DB>, organizationId: bigint): Promise<ModelConnectionRow> {
  const row = await selectModelConnection(db, organizationId);
  if (row === undefined) throw modelConnectionNotFound();
  return row;
}

export function selectModelConnection(db: Kysely<DB>, organizationId: bigint): Promise<ModelConnectionRow | undefined> {
  return db
    .selectFrom('model_connections')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
}

export function modelConnectionNotFound(): DomainError {
  const message = 'The organization has not connected an account at a model provider.';
  return new DomainError('not_found', 'model_connection_not_found', message);
}

/** Locks the account of an organization, and returns its revision for `If-Match`. */
export const lockModelConnectionRevision: LockRevision<DB> = async (trx, { organizationId }) => {
  const row = await trx
    .selectFrom('model_connections')
    .select('revision')
    .where('organization_id', '=', organizationId)
    .forUpdate()
    .executeTakeFirst();
  return row?.revision;
};
