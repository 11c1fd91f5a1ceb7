import { type JsonObject, stringifyJson } from '@drippulse/json';
import { importers } from './importers.ts';
import { type Keys, type KnownBy, keysOf } from './keys.ts';
import type { SourceRow } from './source-row.ts';

/** Maximum number of rows in one transaction. It is small, because other transactions wait for the locked records. */
const maxRows = 500;
const maxLength = 1024 * 1024;

/**
 * Splits rows into batches of one collection in which no two rows have the same key, so that one statement can write a
 * batch. If every row of a file is about the same person, each batch has one row and the import is slow.
 */
export async function* batchesOf(
  rows: AsyncIterable<SourceRow>,
  organizationId: bigint,
  by: KnownBy,
): AsyncGenerator<SourceRow[]> {
  let batch: SourceRow[] = [];
  let length = 0;
  const seen = new Set<string>();
  for await (const row of rows) {
    const keys = textsOf(row, organizationId, by);
    const isFull = batch.length >= maxRows || length >= maxLength;
    const isApart = batch[0]?.collection !== row.collection || keys.some((key) => seen.has(key));
    if (batch.length > 0 && (isFull || isApart)) {
      yield batch;
      batch = [];
      length = 0;
      seen.clear();
    }
    batch.push(row);
    length += 'fields' in row ? lengthOf(row.fields) : 0;
    for (const key of keys) seen.add(key);
  }
  if (batch.length > 0) yield batch;
}

/** Returns the approximate number of characters of a row. The exact number would require the row's JSON. */
function lengthOf(fields: JsonObject): number {
  let length = 0;
  for (const name in fields) {
    const value = fields[name] ?? null;
    length += name.length + (typeof value === 'string' ? value.length : stringifyJson(value).length);
  }
  return length;
}

function textsOf(row: SourceRow, organizationId: bigint, by: KnownBy): string[] {
  const importer = importers.get(row.collection);
  if (importer === undefined || !('fields' in row)) return [];
  const keys: Keys = keysOf(importer.type, organizationId, row, by);
  return Object.entries(keys).map(([name, key]) => `${name} ${key}`);
}
