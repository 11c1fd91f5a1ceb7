import { stringifyJson } from '@drippulse/json';
import { importers } from './importers.ts';
import { type Keys, type KnownBy, keysOf } from './keys.ts';
import type { SourceRow } from './source-row.ts';

/** Rows a transaction: few enough that nobody waits long for a record that it holds. */
const maxRows = 500;
const maxLength = 1024 * 1024;

/**
 * Rows of one collection, in order, of which no two are known by the same key: what is written together. A file in which
 * every row is the same person makes batches of one, and is as slow as it is odd.
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
    length += 'fields' in row ? stringifyJson(row.fields).length : 0;
    for (const key of keys) seen.add(key);
  }
  if (batch.length > 0) yield batch;
}

function textsOf(row: SourceRow, organizationId: bigint, by: KnownBy): string[] {
  const importer = importers.get(row.collection);
  if (importer === undefined || !('fields' in row)) return [];
  const keys: Keys = keysOf(importer.type, organizationId, row, by);
  return Object.entries(keys).map(([name, key]) => `${name} ${key}`);
}
