import { type JsonObject, stringifyJson } from '@drippulse/json';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { SourceFailure } from '../sources/failure.ts';
import type { ReadRow } from '../sources/readers/page.ts';
import { readPage } from '../sources/readers/read-page.ts';
import type { Progress } from './progress.ts';
import type { RunPlace } from './run-place.ts';

/** Maximum number of rows in a batch, which is one transaction of the CRM. */
const batchRows = 500;
/** Maximum number of pages that a slice reads while the pages have few rows. */
const morePages = 5;
/** Length in characters at which a batch is full, because even a few rows may be large. */
const batchLength = 1024 * 1024;

/**
 * Reads a page, and returns the write that stores its rows as waiting batches. If the source lacks columns that the
 * mapping needs, ends the run before the first write.
 */
export async function readRows(ctx: Context, { run, settings, config, progress }: RunPlace, needed: readonly string[]) {
  const isFirst = progress.reader === null;
  const source = {
    organizationId: run.organization_id,
    mode: run.mode,
    config,
    fileId: progress.fileId ?? undefined,
    columns: needed,
  };
  const position = settings.position === null ? null : JSON.parse(settings.position);
  const read = (cursor: JsonObject | null, row: number) =>
    readPage(ctx, source, { cursor, position, upper: run.created_at, row });
  let page = await read(progress.reader, progress.row);
  const batches: Batch[] = [];
  let count = addRows(batches, page.rows);
  // Reads further pages into the batch if the pages are small. Large pages do not share a batch, because all pages of a
  // batch are in memory at the same time.
  for (let pages = 1; pages < morePages && !page.isLast && isOpen(batches); pages += 1) {
    const next = await read(page.cursor, progress.row + count);
    page = { ...next, columns: [...new Set([...page.columns, ...next.columns])] };
    count += addRows(batches, page.rows);
  }
  if (isFirst && count > 0) requireColumns(needed, page.columns);
  const next: Partial<Progress> = {
    staged: progress.staged + batches.length,
    reader: page.cursor,
    isRead: page.isLast,
    row: progress.row + count,
    columns: isFirst ? [...page.columns] : progress.columns,
    isUnchanged: page.isUnchanged === true,
  };
  return {
    progress: next,
    async save(trx: Transaction<DB>): Promise<undefined> {
      const rows = batches.map((batch, index) => ({
        organization_id: run.organization_id,
        run_id: run.id,
        batch: progress.staged + index,
        rows: `[${batch.texts.join(',')}]`,
      }));
      if (rows.length > 0) await trx.insertInto('source_batches').values(rows).execute();
      await trx
        .updateTable('data_source_runs')
        .set((eb) => ({
          rows_read: eb('rows_read', '+', BigInt(count)),
          progress: page.progress,
          ...(isFirst && page.warnings.length > 0 && { warnings: [...page.warnings] }),
        }))
        .where('id', '=', run.id)
        .execute();
    },
  };
}

function requireColumns(needed: readonly string[], columns: readonly string[]): void {
  const missing = needed.filter((name) => !columns.includes(name));
  if (missing.length === 0) return;
  const names = missing.map((name) => `"${name}"`).join(', ');
  const message = `The mapping needs ${missing.length === 1 ? 'the column' : 'the columns'} ${names}, which the source does not have any more. Nothing was written.`;
  throw new SourceFailure('schema_changed', message);
}

/** The rows of a batch as JSON, and their total length. */
type Batch = { texts: string[]; length: number };

/** Adds rows to the last batch, and to new batches once it is full. Returns the number of rows. */
function addRows(batches: Batch[], rows: readonly ReadRow[]): number {
  for (const row of rows) {
    const text = stringifyJson({ ...row });
    const last = batches.at(-1);
    if (last === undefined || isFull(last)) batches.push({ texts: [text], length: text.length });
    else {
      last.texts.push(text);
      last.length += text.length;
    }
  }
  return rows.length;
}

function isFull({ texts, length }: Batch): boolean {
  return texts.length >= batchRows || length >= batchLength;
}

/** Whether at most one batch exists, with room for more rows. */
function isOpen(batches: readonly Batch[]): boolean {
  return batches.every((batch, index) => index === 0 && !isFull(batch));
}
