import type { MappedRows } from './write-rows.ts';

/** The keys by which the rows of a batch identify records. */
export type RowKeys = {
  texts: ReadonlySet<string>;
  rows: number;
  /** Number of rows with an id from the source. */
  withId: number;
};

/** Returns the keys by which the CRM finds the records of rows. */
export function keysOfRows({ mapped }: Pick<MappedRows, 'mapped'>, dedupeBy: readonly string[]): RowKeys {
  const rows = mapped.flatMap((row) => ('fields' in row ? [row.fields] : []));
  const others = dedupeBy.filter((name) => name !== 'external_id');
  const texts = rows.flatMap(({ external_id: id, ...fields }) => [
    ...(typeof id === 'string' ? [`external_id ${id}`] : []),
    ...others.flatMap((name) => {
      const value = fields[name];
      return typeof value === 'string' ? [`${name} ${value.toLowerCase()}`] : [];
    }),
  ]);
  return {
    texts: new Set(texts),
    rows: rows.length,
    withId: rows.filter(({ external_id: id }) => typeof id === 'string').length,
  };
}

/**
 * Whether two batches cannot refer to a common record, so that their order does not matter. If only some rows have an
 * id, a row with an id and a row without an id may refer to the same record.
 */
export function areApart(one: RowKeys, other: RowKeys): boolean {
  const withId = one.withId + other.withId;
  if (withId !== 0 && withId !== one.rows + other.rows) return false;
  return [...one.texts].every((text) => !other.texts.has(text));
}
