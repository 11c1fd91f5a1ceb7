import type { Write } from '../records/write.ts';
import { importers } from './importers.ts';
import type { KnownBy } from './keys.ts';
import { type Policy, type Result, uploadPolicy } from './plan.ts';
import type { SourceRow } from './source-row.ts';

/** Writes a batch and returns the result of each row. */
export async function writeBatch(
  write: Write,
  batch: readonly SourceRow[],
  by: KnownBy,
  policy: Policy = uploadPolicy,
): Promise<(Result | undefined)[]> {
  const results = batch.map((row): Result | undefined => ('problems' in row ? row.problems : undefined));
  const readable = batch.flatMap((row, index) => ('fields' in row ? [{ row, index }] : []));
  const importer = importers.get(batch[0]?.collection ?? '');
  if (importer === undefined || readable.length === 0) return results;
  const written = await importer.write(
    write,
    readable.map(({ row }) => row),
    by,
    { ...policy, ...(policy.onRecord && { onRecord: (at, id) => policy.onRecord?.(readable[at]?.index ?? at, id) }) },
  );
  for (const [at, { index }] of readable.entries()) results[index] = written[at];
  return results;
}
