import { invalidCursor } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { nearest } from '@drippulse/json';
import { type RawBuilder, sql } from 'kysely';
import type { Collection, RecordRow, SortKind, Value } from './collection.ts';

/** Order of a list: by one column, then by the id. */
export type Order = { text: string; column: string; kind: SortKind; isNullable: boolean; isDescending: boolean };

/** The default order: newest first. */
const defaultSort = '-created_at';

/** Values that replace null, as in the indexes over the columns. */
const leastOf = {
  text: { value: '', literal: `''` },
  number: { value: Number.NEGATIVE_INFINITY, literal: `'-infinity'` },
  bigint: { value: -(2n ** 63n), literal: '-9223372036854775808' },
  time: { value: new Date('0001-01-01T00:00:00Z'), literal: `'0001-01-01T00:00:00Z'` },
} as const;

const sqlTypes = { text: 'text', number: 'double precision', bigint: 'bigint', time: 'timestamptz' } as const;

export function readOrder<Row extends RecordRow>({ sorts }: Collection<Row>, sort = defaultSort): Order {
  const column = sort.replace(/^-/, '');
  const known = Object.hasOwn(sorts, column) ? sorts[column] : undefined;
  if (known === undefined) {
    const allowed = Object.keys(sorts).flatMap((name) => [name, `-${name}`]);
    const message = `must be one of ${Object.keys(sorts).join(', ')}, with - before it for descending`;
    const suggestion = nearest(column, Object.keys(sorts));
    throw new DomainError('invalid', 'validation_failed', `sort ${message}`, {
      violations: [
        {
          field: 'sort',
          message,
          code: 'enum',
          allowed,
          ...(suggestion !== undefined && { suggestion: sort.replace(column, suggestion) }),
        },
      ],
    });
  }
  return {
    text: sort,
    column,
    kind: known.kind,
    isNullable: known.isNullable === true,
    isDescending: sort.startsWith('-'),
  };
}

export function orderBy(order: Order): RawBuilder<unknown> {
  const direction = sql.raw(order.isDescending ? 'desc' : 'asc');
  return sql`order by ${expressionOf(order)} ${direction}, id ${direction}`;
}

/**
 * Returns the values of a cursor after a row: the order that the cursor belongs to, the row's value, its id and its
 * group.
 */
export function cursorOf(order: Order, row: RecordRow, group: number): (string | number | bigint | Date)[] {
  const values: Readonly<Record<string, Value>> = { ...row };
  return [order.text, values[order.column] ?? leastOf[order.kind].value, row.id, group];
}

/** Reads the group of a cursor's row. Throws `invalid_cursor` if the list has no such group. */
export function readGroup(cursor: readonly string[], groups: number): number {
  const group = Number(cursor[3]);
  if (group >= 0 && group < groups) return group;
  throw invalidCursor();
}

/**
 * Returns the condition of rows after a cursor. Throws `invalid_cursor` if the cursor belongs to a different order or
 * is malformed.
 */
export function isBehind(order: Order, cursor: readonly string[]): RawBuilder<boolean> {
  const [text, value = '', id = ''] = cursor;
  if (text !== order.text || !isValue[order.kind](value) || !/^[0-9a-f-]{36}$/.test(id)) throw invalidCursor();
  const comparison = sql.raw(order.isDescending ? '<' : '>');
  const type = sql.raw(sqlTypes[order.kind]);
  return sql<boolean>`(${expressionOf(order)}, id) ${comparison} (${value}::${type}, ${id}::uuid)`;
}

function expressionOf({ column, kind, isNullable }: Order): RawBuilder<unknown> {
  return isNullable ? sql`coalesce(${sql.ref(column)}, ${sql.raw(leastOf[kind].literal)})` : sql.ref(column);
}

const isValue: Record<SortKind, (value: string) => boolean> = {
  text: () => true,
  number: (value) => value === '-Infinity' || (value !== '' && Number.isFinite(Number(value))),
  bigint: (value) => /^-?\d{1,19}$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value),
  time: (value) => !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value,
};
