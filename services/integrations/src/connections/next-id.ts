import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** The id of a connection that is going to be stored: it is part of what seals the credentials. */
export async function nextConnectionId(trx: Transaction<DB>): Promise<bigint> {
  const { rows } = await sql<{ id: bigint }>`select nextval('connections_id_seq') as id`.execute(trx);
  return rows[0]?.id ?? 0n;
}
