import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Author } from '../records/author.ts';
import { analyzeNow } from './analyze.ts';
import { batchesOf } from './batches.ts';
import type { KnownBy } from './keys.ts';
import { addResults, emptyReport, type Report } from './report.ts';
import type { SourceRow } from './source-row.ts';
import { writeBatch } from './write-batch.ts';

/** The rows of an upload, its author, and the keys of its rows. */
export type Upload = { rows: AsyncIterable<SourceRow>; author: Author; by: KnownBy };

const tries = 5;

/**
 * Writes an upload as it arrives, one transaction a batch. A refused row does not affect the others. If the upload
 * breaks off, committed batches stay, and the same upload again continues: unchanged rows write nothing.
 */
export async function runImport(ctx: Context, { rows, author, by }: Upload): Promise<Report> {
  const report = emptyReport();
  let batches = 0;
  for await (const batch of batchesOf(rows, author.organizationId, by)) {
    const results = await again(() =>
      ctx.db.kysely.transaction().execute((trx) => writeBatch({ ctx, trx, author }, batch, by)),
    );
    addResults(report, batch, results);
    ctx.relay.wake();
    batches += 1;
    await analyzeNow(ctx.db.kysely, batches);
  }
  return report;
}

class DryRunOver extends Error {}

/** Runs the upload in one transaction and rolls it back, so that each row sees those before it. */
export async function tryImport(ctx: Context, upload: Upload): Promise<Report> {
  const report = emptyReport();
  // Nothing that is rolled back counts in a chain.
  const author = { ...upload.author, cause: undefined };
  try {
    await ctx.db.kysely.transaction().execute(async (trx: Transaction<DB>) => {
      for await (const batch of batchesOf(upload.rows, author.organizationId, upload.by)) {
        addResults(report, batch, await writeBatch({ ctx, trx, author }, batch, upload.by));
      }
      throw new DryRunOver();
    });
  } catch (error) {
    if (!(error instanceof DryRunOver)) throw error;
  }
  return report;
}

/** Another transaction may create the same record between the lookup and the write. The next try finds it. */
async function again<T>(write: () => Promise<T>): Promise<T> {
  for (let left = tries; ; left -= 1) {
    try {
      return await write();
    } catch (error) {
      if (left <= 1 || !isConflict(error)) throw error;
    }
  }
}

/** Unique violation, serialization failure, deadlock. */
function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['23505', '40001', '40P01'].includes(String(error.code));
}
