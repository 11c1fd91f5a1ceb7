import { createPartitions, databaseNow, type Partitioning } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

/**
 * The partitions of stored keys. A key is replayed for 24 h, and its partition is dropped when the partition's last row
 * is 48 h old.
 */
export const idempotencyPartitions: Partitioning = { table: 'idempotency_keys', column: 'created_at', keepHours: 48 };

/**
 * Creates the table of `transact` and `durable`, in a service's first migration. The advisory lock of its writers
 * guarantees that a key is stored once. The primary key does not, because it must contain the partition column.
 */
export async function createIdempotencyTable(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table idempotency_keys (
      organization_id bigint not null,
      rpc text not null,
      key text not null,
      created_at timestamptz not null default now(),
      fingerprint bytea not null,
      response bytea,
      response_headers json,
      sealed boolean not null default false,
      effect_key text,
      locked_until timestamptz,
      fence integer not null default 0,
      primary key (organization_id, rpc, key, created_at)
    ) partition by range (created_at)`.execute(db);
  await createPartitions(db, idempotencyPartitions.table, await databaseNow(db));
}
