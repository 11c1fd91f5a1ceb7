import { migrate } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The default schema of the embedded transport. */
export const defaultSchema = 'events';

/** The number of partitions of each topic. */
export const partitionCount = 8;

const migrations: Record<string, Migration> = {
  '20261125000000_embedded_log': { up: createTables },
};

/** Brings the tables of the embedded transport up to date. `url` is for the role that owns the schema. */
export async function migrateEmbeddedTransport(url: string, schema: string = defaultSchema): Promise<void> {
  await migrate({ url, schema, migrations });
}

async function createTables(db: Kysely<unknown>): Promise<void> {
  // The next offset of each partition. A producer locks the row until it commits, so offsets are contiguous and become
  // visible in order, with any number of producers.
  await sql`
    create table topic_partitions (
      topic text not null,
      partition smallint not null,
      next_offset bigint not null default 0,
      primary key (topic, partition)
    ) with (fillfactor = 50)
  `.execute(db);
  // A row is a frame (frame.proto). `messages` is the number of its messages, and `offset` the offset of its last
  // message.
  await sql`
    create table embedded_log (
      topic text not null,
      partition smallint not null,
      "offset" bigint not null,
      messages integer not null,
      value bytea not null,
      created_at timestamptz not null default now(),
      primary key (topic, partition, "offset")
    )
  `.execute(db);
  await sql`alter table embedded_log alter column value set storage external`.execute(db);
  // The next offset that each group handles, and the member that handles it.
  await sql`
    create table group_partitions (
      group_name text not null,
      topic text not null,
      partition smallint not null,
      next_offset bigint not null default 0,
      holder uuid,
      fence bigint not null default 0,
      locked_until timestamptz,
      primary key (group_name, topic, partition)
    ) with (fillfactor = 50)
  `.execute(db);
  await sql`
    create table group_members (
      group_name text not null,
      topic text not null,
      member uuid not null,
      alive_until timestamptz not null,
      primary key (group_name, topic, member)
    ) with (fillfactor = 50)
  `.execute(db);
}
