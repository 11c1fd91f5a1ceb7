import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** Returns the id of a connection before the connection is stored, because the id is part of the sealing context. */
export async function nextConnectionId(trx: Transaction<DB>): Promise<bigint> {
  const { rows } = await sql<{ id: bigint }>`select nextval('connections_id_seq') as id`.execute(trx);
  return rows[0]?.id ?? 0n;
}
