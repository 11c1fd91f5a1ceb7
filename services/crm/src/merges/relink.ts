import { type Kysely, type RawBuilder, sql } from 'kysely';
import { activities } from '../activities/activity.ts';
import type { DB } from '../db/schema.ts';
import { leads } from '../leads/lead.ts';
import { opportunities } from '../opportunities/opportunity.ts';
import { type Change, recordChanges } from '../records/change-events.ts';
import { type Collection, type Links, type MergeableType, type RecordRow, tables } from '../records/collection.ts';
import { recordColumns } from '../records/rows.ts';
import type { Write } from '../records/write.ts';

/**
 * Maximum number of records that one statement writes. It is small, because the texts of these records are in memory
 * several times.
 */
const slice = 500;

/** A record whose link changed, and its previous link. */
export type Moved = { id: string; previous: string };

/** A collection that can link to merged records. */
type Linked = {
  type: 'lead' | 'opportunity' | 'activity';
  links: Links;
  relinkSlice(relinking: Relinking): Promise<Moved[]>;
};

/** A change of links: live records that meet `condition` get the link `to` in `column`. */
type Relinking = {
  write: Write;
  column: string;
  condition: RawBuilder<unknown>;
  to: string;
};

const linked: readonly Linked[] = [
  linkedOf('lead', leads),
  linkedOf('opportunity', opportunities),
  linkedOf('activity', activities),
];

/** A column that links to merged records. */
export type LinkColumn = { type: Linked['type']; column: string };

export function columnsTo(target: MergeableType): LinkColumn[] {
  return linked.flatMap(({ type, links }) =>
    Object.entries(links).flatMap(([column, to]) => (to === target ? [{ type, column }] : [])),
  );
}

/** Counts the live records that link to the given records, up to a limit for each column. */
export async function countLinks(
  db: Kysely<DB>,
  organizationId: bigint,
  target: MergeableType,
  ids: readonly string[],
  limit: number,
): Promise<bigint> {
  const counts = columnsTo(target).map(
    ({ type, column }) => sql`(
      select count(*) from (
        select from ${sql.table(tables[type].table)}
        where organization_id = ${organizationId} and deleted_at is null and ${sql.ref(column)} = any(${ids}::uuid[])
        limit ${limit}
      ) as linked)`,
  );
  const { rows } = await sql<{ count: bigint }>`select (${sql.join(counts, sql` + `)})::bigint as count`.execute(db);
  return rows[0]?.count ?? 0n;
}

/**
 * Changes links in slices until no record meets the condition. A changed record must not meet the condition, or the
 * loop would not end.
 */
export async function relink({ type }: LinkColumn, relinking: Relinking): Promise<Moved[]> {
  const moved: Moved[] = [];
  const { relinkSlice } = linked.find((one) => one.type === type) ?? unknownType(type);
  for (let count = slice; count === slice; ) {
    const part = await relinkSlice(relinking);
    moved.push(...part);
    count = part.length;
  }
  return moved;
}

function unknownType(type: string): never {
  throw new Error(`nothing of type ${type} links to records that are merged`);
}

function linkedOf<Row extends RecordRow>(type: Linked['type'], collection: Collection<Row>): Linked {
  return { type, links: collection.links, relinkSlice: (relinking) => relinkSlice(collection, relinking) };
}

async function relinkSlice<Row extends RecordRow>(
  collection: Collection<Row>,
  { write, column, condition, to }: Relinking,
): Promise<Moved[]> {
  const { ctx, trx, author } = write;
  const table = sql.table(tables[collection.type].table);
  const link = sql.ref(column);
  const { rows } = await sql<Row & { previous: string }>`
    with moving as (
      select id, ${link} as previous from ${table}
      where organization_id = ${author.organizationId} and deleted_at is null and ${condition}
      order by id limit ${slice} for update
    )
    update ${table} as record
    set ${link} = ${to}::uuid, sequence = record.sequence + 1, updated_at = ${ctx.clock.now()}
    from moving where record.id = moving.id
    returning ${recordColumns(collection)}, moving.previous`.execute(trx);
  const changes = rows.map(
    (after): Change<Row> => ({
      action: 'updated',
      after,
      before: { ...after, [column]: after.previous },
      written: { [column]: to },
    }),
  );
  await recordChanges(write, collection, changes);
  return rows.map(({ id, previous }) => ({ id, previous }));
}
