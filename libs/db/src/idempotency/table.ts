import { type Kysely, sql } from 'kysely';
import { createPartitions, type Partitioning } from '../partitions/partitions.ts';
import { databaseNow } from '../transactions/now.ts';

/** A stored key answers for 24 h; its partition is dropped when its last row is 48 h old. */
export const idempotencyPartitions: Partitioning = { table: 'idempotency_keys', column: 'created_at', keepHours: 48 };

/**
 * Makes the table behind `transact` and `durable`, for a service's first migration. That a key is stored once is
 * guaranteed by the advisory lock its writers hold; the primary key only has to hold the partition column.
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
