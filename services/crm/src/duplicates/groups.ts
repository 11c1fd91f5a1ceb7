import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { type Collection, type RecordRow, tables } from '../records/collection.ts';
import { selectRecords } from '../records/rows.ts';

export type Kind = 'email' | 'phone';

/** A key that several records share, and the number of these records, counted up to `window`. */
export type Group = { kind: Kind; key: string; recordCount: bigint };

/**
 * Number of index entries that one page reads. With a million records in the table, a page takes 65 ms, including the
 * records that it shows.
 */
const window = 50_000;
/** Number of records shown for each group. */
const shownRecords = 20;

/** The expressions by which records are compared. The indexes are built on these expressions. */
const keys: Readonly<Record<Kind, { key: RawBuilder<string>; has: RawBuilder<boolean> }>> = {
  email: { key: sql`lower(email)`, has: sql`deleted_at is null` },
  phone: { key: sql`phone_key(phone)`, has: sql`deleted_at is null and phone is not null` },
};

/**
 * Start of a page. The page starts after the key, or at the key if `isIncluded` is set, because the previous page could
 * not read all records with the key.
 */
export type Start = { key: string; isIncluded: boolean };

type Scan = { organizationId: bigint; kind: Kind; start: Start; limit: number };

/**
 * Finds the groups in the window that starts at a key, and the start of the next page. The window may not contain all
 * records of its last key, so the next page reads that key again. Only a key that fills the whole window is returned
 * incomplete.
 */
export async function scanGroups<Row extends RecordRow>(
  db: Kysely<DB>,
  { type }: Collection<Row>,
  { organizationId, kind, start, limit }: Scan,
): Promise<{ groups: Group[]; next: Start | undefined }> {
  const { key, has } = keys[kind];
  const comparison = sql.raw(start.isIncluded ? '>=' : '>');
  const { rows } = await sql<{ key: string | null; count: bigint; is_cut: boolean; is_one: boolean; last: string }>`
    with scanned as materialized (
      select ${key} as key from ${sql.table(tables[type].table)}
      where organization_id = ${organizationId} and ${has} and ${key} ${comparison} ${start.key}
      order by ${key} limit ${window}
    ),
    bounds as materialized (
      select count(*) = ${window} as is_cut, min(key) = max(key) as is_one, max(key) as last from scanned
    )
    select shown.key, shown.count, bounds.is_cut, bounds.is_one, bounds.last
    from bounds left join lateral (
      select key, count(*) as count from scanned group by key
      having count(*) > 1 and (not bounds.is_cut or bounds.is_one or key <> bounds.last)
      order by key limit ${limit + 1}
    ) as shown on true
    order by shown.key`.execute(db);
  const found = rows.flatMap(({ key: text, count }) =>
    text === null ? [] : [{ kind, key: text, recordCount: count }],
  );
  const groups = found.slice(0, limit);
  const [bounds] = rows;
  const last = groups.at(-1);
  if (found.length > limit && last !== undefined) return { groups, next: { key: last.key, isIncluded: false } };
  return { groups, next: bounds?.is_cut === true ? { key: bounds.last, isIncluded: !bounds.is_one } : undefined };
}

/** Finds the groups to which one record belongs. */
export async function groupsOf<Row extends RecordRow>(
  db: Kysely<DB>,
  { type }: Collection<Row>,
  { organization_id, id }: Row,
  kinds: readonly Kind[],
): Promise<Group[]> {
  const groups: Group[] = [];
  const table = sql.table(tables[type].table);
  for (const kind of kinds) {
    const { key, has } = keys[kind];
    const { rows } = await sql<{ key: string | null; count: bigint }>`
      select own.key, (
        select count(*) from (
          select from ${table} where organization_id = ${organization_id} and ${has} and ${key} = own.key limit ${window}
        ) as alike
      ) as count
      from (select ${key} as key from ${table} where organization_id = ${organization_id} and id = ${id}) as own`.execute(
      db,
    );
    for (const { key: text, count } of rows) {
      if (text !== null && count > 1n) groups.push({ kind, key: text, recordCount: count });
    }
  }
  return groups;
}

/** Adds the oldest records to each group. */
export async function showRecords<Row extends RecordRow>(
  db: Kysely<DB>,
  collection: Collection<Row>,
  organizationId: bigint,
  groups: readonly Group[],
): Promise<(Group & { records: Row[] })[]> {
  const records = new Map<string, Row[]>();
  for (const kind of new Set(groups.map((group) => group.kind))) {
    const { key, has } = keys[kind];
    const wanted = groups.filter((group) => group.kind === kind).map((group) => group.key);
    const condition = sql`organization_id = ${organizationId} and ${has} and ${key} = wanted.key`;
    const { rows } = await sql<Row & { group_key: string }>`
      select oldest.*, wanted.key as group_key from unnest(${wanted}::text[]) as wanted (key)
      cross join lateral (
        ${selectRecords(collection, condition)} order by created_at, id limit ${shownRecords}
      ) as oldest
      order by oldest.created_at, oldest.id`.execute(db);
    for (const [text, own] of Map.groupBy(rows, (row) => row.group_key)) records.set(`${kind} ${text}`, own);
  }
  return groups.map((group) => ({ ...group, records: records.get(`${group.kind} ${group.key}`) ?? [] }));
}
