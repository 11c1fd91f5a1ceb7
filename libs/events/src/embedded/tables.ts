import { migrate } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Schema of the embedded transport unless another is given. */
export const defaultSchema = 'events';

/** Partitions of each topic. */
export const partitionCount = 8;

export const migrations: Record<string, Migration> = {
  '20261125000000_embedded_log': { up: createTables },
  '20261126000000_batches': { up: packIntoBatches },
};

/** Brings the tables of the embedded transport up to date; `url` is that of the schema's own role. */
export async function migrateEmbeddedTransport(url: string, schema: string = defaultSchema): Promise<void> {
  await migrate({ url, schema, migrations });
}

async function createTables(db: Kysely<unknown>): Promise<void> {
  // The next offset of each partition. Its row lock, held to the commit, is what makes offsets contiguous and visible in
  // order, however many producers there are.
  await sql`
    create table topic_partitions (
      topic text not null,
      partition smallint not null,
      next_offset bigint not null default 0,
      primary key (topic, partition)
    ) with (fillfactor = 50)
  `.execute(db);
  await sql`
    create table embedded_log (
      topic text not null,
      partition smallint not null,
      "offset" bigint not null,
      key text not null,
      headers json not null,
      value bytea not null,
      created_at timestamptz not null default now(),
      primary key (topic, partition, "offset")
    )
  `.execute(db);
  // Where each group stands, and which of its members reads on from there.
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

/** A row holds messages that follow each other, as `packMessages` packs them; its offset is that of the last one. */
async function packIntoBatches(db: Kysely<unknown>): Promise<void> {
  const contents = sql`convert_to(json_build_object('headers', json_build_object(), 'prefix', 0,
    'messages', json_build_array(json_build_array(key, headers, octet_length(value))))::text, 'UTF8')`;
  await sql`
    alter table embedded_log
      add column messages integer not null default 1,
      alter column value type bytea using int4send(octet_length(${contents})) || ${contents} || value,
      alter column value set storage external
  `.execute(db);
  await sql`
    alter table embedded_log
      alter column messages drop default,
      drop column key,
      drop column headers
  `.execute(db);
}
