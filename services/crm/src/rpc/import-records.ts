import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type {
  ImportCrmRecordsRequestSchema,
  ImportCrmRecordsResponseSchema,
} from '@drippulse/proto/drippulse/crm/v1/bundles_pb';
import { DomainError } from '@drippulse/runtime';
import { sql, type Transaction } from 'kysely';
import type { ImportRow } from '../bundles/import-row.ts';
import { importers } from '../bundles/importers.ts';
import { createReport, type Outcome, type Report } from '../bundles/outcome.ts';
import { type BundleRow, splitBundle } from '../bundles/split-bundle.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

type Requests = AsyncIterable<MessageShape<typeof ImportCrmRecordsRequestSchema>>;

/** Rows a transaction: few enough that nobody waits long for a record that it holds. */
const batchRows = 200;

/**
 * After how many batches the planner is told how large the tables are. One that grows from nothing has no statistics
 * until autovacuum comes by, and then every look-up reads all rows of the organization: 18 ms at 6,000 rows.
 */
const analyzedAfter = new Set([1, 10, 100, 1000]);

/**
 * Writes a bundle as it arrives, batch by batch. A row that is refused leaves the others alone. Cut short, what was
 * committed stays, and the same bundle once more goes on from there: rows that are as they should be change nothing.
 */
export async function importRecords(
  ctx: Context,
  requests: Requests,
  call: HandlerContext,
): Promise<MessageInitShape<typeof ImportCrmRecordsResponseSchema>> {
  const upload = await openUpload(requests);
  const report = createReport();
  const rows = splitBundle(upload.chunks);
  if (upload.isDryRun) await tryOut(ctx, call, rows, report);
  else await writeAll(ctx, call, rows, report);
  return report.toProto(upload.isDryRun);
}

async function writeAll(ctx: Context, call: HandlerContext, rows: AsyncIterable<BundleRow>, report: Report) {
  let batch: BundleRow[] = [];
  let batches = 0;
  const flush = async () => {
    const due = batch;
    batch = [];
    await writeBatch(ctx, call, due, report);
    ctx.relay.wake();
    batches += 1;
    if (analyzedAfter.has(batches)) {
      await sql`analyze accounts, contacts, leads, opportunities, activities`.execute(ctx.db.kysely);
    }
  };
  for await (const row of rows) {
    batch.push(row);
    if (batch.length >= batchRows) await flush();
  }
  if (batch.length > 0) await flush();
}

/** Without savepoints first, which most batches need none of; a batch with a row that is refused is done over. */
async function writeBatch(ctx: Context, call: HandlerContext, batch: readonly BundleRow[], report: Report) {
  const { kysely } = ctx.db;
  try {
    const outcomes = await kysely.transaction().execute(async (trx) => {
      const written: Outcome[] = [];
      for (const row of batch) {
        const outcome = await importers.get(row.collection)?.(ctx, trx, call, row.text);
        if (outcome !== undefined) written.push(outcome);
      }
      return written;
    });
    for (const outcome of outcomes) report.count(outcome);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await kysely.transaction().execute(async (trx) => {
      for (const row of batch) await importOne(ctx, trx, call, row, report);
    });
  }
}

class DryRunOver extends Error {}

/** One transaction that is never committed, so that a row sees those before it. */
async function tryOut(ctx: Context, call: HandlerContext, rows: AsyncIterable<BundleRow>, report: Report) {
  try {
    await ctx.db.kysely.transaction().execute(async (trx) => {
      for await (const row of rows) await importOne(ctx, trx, call, row, report);
      throw new DryRunOver();
    });
  } catch (error) {
    if (!(error instanceof DryRunOver)) throw error;
  }
}

async function importOne(
  ctx: Context,
  trx: Transaction<DB>,
  call: HandlerContext,
  row: BundleRow,
  report: Report,
): Promise<void> {
  const importRow: ImportRow | undefined = importers.get(row.collection);
  if (importRow === undefined) return;
  await sql`savepoint bundle_row`.execute(trx);
  try {
    report.count(await importRow(ctx, trx, call, row.text));
    await sql`release savepoint bundle_row`.execute(trx);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await sql`rollback to savepoint bundle_row`.execute(trx);
    report.refuse(row, error);
  }
}

async function openUpload(requests: Requests): Promise<{ isDryRun: boolean; chunks: AsyncIterable<Uint8Array> }> {
  const messages = requests[Symbol.asyncIterator]();
  const first = await messages.next();
  async function* chunks() {
    for (let next = first; !next.done; next = await messages.next()) yield next.value.body?.data ?? new Uint8Array();
  }
  return { isDryRun: first.done !== true && first.value.dryRun === true, chunks: chunks() };
}
