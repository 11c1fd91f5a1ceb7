import { DomainError } from '@drippulse/errors';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Connections, DB } from '../db/schema.ts';

export type ConnectionRow = Selectable<Connections>;

export async function findConnection(db: Kysely<DB>, organizationId: bigint, id: bigint): Promise<ConnectionRow> {
  const row = await rowById(db, organizationId, id).executeTakeFirst();
  if (row !== undefined) return row;
  throw noSuchConnection();
}

/** Finds a connection, and locks its row until the transaction ends. */
export async function lockConnection(trx: Transaction<DB>, organizationId: bigint, id: bigint): Promise<ConnectionRow> {
  const row = await rowById(trx, organizationId, id).forUpdate().executeTakeFirst();
  if (row !== undefined) return row;
  throw noSuchConnection();
}

function rowById(db: Kysely<DB>, organizationId: bigint, id: bigint) {
  return db.selectFrom('connections').selectAll().where('organization_id', '=', organizationId).where('id', '=', id);
}

function noSuchConnection(): DomainError {
  return new DomainError('not_found', 'integration_connection_not_found', 'There is no connection with this id.');
}

/** Finds the connection that a step or a data source names; undefined if no such connection exists. */
export async function findConnectionByKey(
  db: Kysely<DB>,
  organizationId: bigint,
  { provider, externalKey }: { provider: string; externalKey: string },
): Promise<ConnectionRow | undefined> {
  return db
    .selectFrom('connections')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('provider', '=', provider)
    .where('external_key', '=', externalKey)
    .executeTakeFirst();
}
