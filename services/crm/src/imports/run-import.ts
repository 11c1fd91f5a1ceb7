import { withCalls } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Author } from '../records/author.ts';
import { countNewRecords } from '../records/count-new-records.ts';
import { analyzeNow } from './analyze.ts';
import { batchesOf } from './batches.ts';
import type { KnownBy } from './keys.ts';
import { addResults, emptyReport, type Report } from './report.ts';
import type { SourceRow } from './source-row.ts';
import { writeBatch } from './write-batch.ts';

/** The rows of an upload, the upload's author, and the keys of its rows. */
export type Upload = { rows: AsyncIterable<SourceRow>; author: Author; by: KnownBy };

const tries = 5;

/**
 * Writes an upload as it arrives, with one transaction per batch. A refused row does not affect other rows. If the
 * upload breaks off, committed batches are kept, and a repeat of the upload continues, because unchanged rows write
 * nothing.
 */
export async function runImport(ctx: Context, { rows, author, by }: Upload): Promise<Report> {
  const report = emptyReport();
  let batches = 0;
  for await (const batch of batchesOf(rows, author.organizationId, by)) {
    const counting = countNewRecords(ctx, author);
    const write = () =>
      ctx.db.kysely
        .transaction()
        .execute((trx) => counting((made) => writeBatch({ ctx, trx, author, made }, batch, by)));
    const results = await withCalls(() => again(write));
    addResults(report, batch, results);
    ctx.relay.wake();
    batches += 1;
    await analyzeNow(ctx.db.kysely, batches);
  }
  return report;
}

class DryRunOver extends Error {}

/**
 * Runs the upload in one transaction and rolls it back, so that each row sees the rows before it. A transaction that
 * needs a record locked here waits for one batch at most.
 */
export async function tryImport(ctx: Context, upload: Upload): Promise<Report> {
  const report = emptyReport();
  const { author } = upload;
  // A dry run does not count records in a chain, because the records are rolled back.
  const made = { records: 0 };
  let batches = 0;
  try {
    await ctx.db.kysely.transaction().execute(async (trx: Transaction<DB>) => {
      for await (const batch of batchesOf(upload.rows, author.organizationId, upload.by)) {
        if (batches > 0) await giveWay(trx);
        batches += 1;
        addResults(report, batch, await writeBatch({ ctx, trx, author, made }, batch, upload.by));
      }
      throw new DryRunOver();
    });
  } catch (error) {
    if (!(error instanceof DryRunOver)) throw error;
  }
  return report;
}

/** Ends the dry run if another transaction waits for its locks, because real writes take precedence. */
async function giveWay(trx: Transaction<DB>): Promise<void> {
  const { rows } = await sql`
    select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid)) limit 1`.execute(trx);
  if (rows.length === 0) return;
  const message = 'Records of this dry run are being changed. Try again.';
  throw new DomainError('unavailable', 'busy', message, { retryAfterSeconds: 5 });
}

/**
 * Repeats a write that fails with a conflict. A parallel transaction may create the same record between the look-up and
 * the write; the next try finds that record.
 */
export async function again<T>(write: () => Promise<T>): Promise<T> {
  for (let left = tries; ; left -= 1) {
    try {
      return await write();
    } catch (error) {
      if (left <= 1 || !isConflict(error)) throw error;
    }
  }
}

/** Whether an error is a unique violation, a serialization failure or a deadlock. */
function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['23505', '40001', '40P01'].includes(String(error.code));
}
