import { type CursorColumn, encodeCursor, type Page, type PageRequest, readPage } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { type RawBuilder, sql } from 'kysely';
import type { WorkflowRow } from './rows.ts';

/** Order of a list: by a key, then by the id. Ids rise in the order of creation. */
export type Order = { sort: string; key: Key; isDescending: boolean };
type Key = 'id' | 'updated_at' | 'name';

/** Place in a list: directly after the row with this key and id. In an order by id, the key is the id too. */
export type Place = { key: string; id: bigint };

const keys: Readonly<Record<string, Key>> = { created_at: 'id', updated_at: 'updated_at', name: 'name' };
const sorts: string[] = Object.keys(keys).flatMap((name) => [name, `-${name}`]);
const newestFirst = '-created_at';

/** The expression of the indexes. It takes only the first characters, so that a cursor stays short. */
const namePosition = sql<string>`lower(left(workflows.name, 100)) collate "C"`;
const expressions: Record<Key, RawBuilder<unknown>> = {
  id: sql.ref('workflows.id'),
  updated_at: sql.ref('workflows.updated_at'),
  name: namePosition,
};
const types: Record<Key, { sql: string; cursor: CursorColumn }> = {
  id: { sql: 'bigint', cursor: 'bigint' },
  updated_at: { sql: 'timestamptz', cursor: 'time' },
  name: { sql: 'text', cursor: 'text' },
};

/** Reads the parameter `sort`. */
export function readOrder(sort = newestFirst): Order {
  if (!sorts.includes(sort)) {
    const message = `must be one of ${sorts.join(', ')}`;
    const violations = [{ field: 'sort', message, code: 'enum' as const, allowed: sorts }];
    throw new DomainError('invalid', 'validation_failed', `sort ${message}`, { violations });
  }
  const key = keys[sort.replace(/^-/, '')] ?? 'id';
  return { sort, key, isDescending: sort.startsWith('-') };
}

/** Reads the paging of a list in an order. Throws `invalid_cursor` for a cursor of a different order. */
export function readOrderedPage(request: PageRequest, order: Order): Page & { place: Place | undefined } {
  const { sort, key } = order;
  if (sort === newestFirst) {
    const page = readPage(request, ['bigint']);
    const [id] = page.after ?? [];
    return { ...page, place: id === undefined ? undefined : { key: id, id: BigInt(id) } };
  }
  const page = readPage(request, ['text', types[key].cursor, 'bigint']);
  const [of, value, id] = page.after ?? [];
  if (of === undefined || value === undefined || id === undefined) return { ...page, place: undefined };
  if (of === sort) return { ...page, place: { key: value, id: BigInt(id) } };
  const message = 'cursor belongs to a different order';
  throw new DomainError('invalid', 'invalid_cursor', message, { violations: [{ field: 'cursor', message }] });
}

/** Returns the cursor that continues after a place. */
export function cursorOf({ sort }: Order, { key, id }: Place): string {
  return encodeCursor(sort === newestFirst ? [id] : [sort, key, id]);
}

/** Returns the place after a row. */
export function placeOf(
  { key }: Order,
  row: Pick<WorkflowRow, 'id' | 'updated_at'> & { name_position: string },
): Place {
  const values: Record<Key, string> = {
    id: String(row.id),
    updated_at: row.updated_at.toISOString(),
    name: row.name_position,
  };
  return { key: values[key], id: row.id };
}

/** Column that `placeOf` needs in addition to the columns of a row. */
export const namePositionColumn = namePosition.as('name_position');

/** Returns the condition that selects the rows after a place. */
export function isBehind({ key, isDescending }: Order, place: Place): RawBuilder<boolean> {
  const comparison = sql.raw(isDescending ? '<' : '>');
  if (key === 'id') return sql`workflows.id ${comparison} ${place.id}`;
  return sql`(${expressions[key]}, workflows.id) ${comparison} (${place.key}::${sql.raw(types[key].sql)}, ${place.id}::bigint)`;
}

export function orderBy({ key, isDescending }: Order): RawBuilder<unknown> {
  const direction = sql.raw(isDescending ? 'desc' : 'asc');
  if (key === 'id') return sql`workflows.id ${direction}`;
  return sql`${expressions[key]} ${direction}, workflows.id ${direction}`;
}
