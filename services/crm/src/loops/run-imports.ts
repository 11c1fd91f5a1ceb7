import { type JobRow, type JobSlice, startJobLoop } from '@drippulse/db';
import { parseJson } from '@drippulse/json';
import type { Loop } from '@drippulse/loops';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { analyzeNow } from '../imports/analyze.ts';
import { importKind, readInput, readPlace } from '../imports/job.ts';
import { addResults } from '../imports/report.ts';
import type { SourceRow } from '../imports/source-row.ts';
import { writeBatch } from '../imports/write-batch.ts';

/** Writes stored uploads, one batch at a time; organizations take turns. */
export function startImporting(ctx: Context): Loop {
  return startJobLoop({
    db: ctx.db,
    kind: importKind,
    log: ctx.log,
    slice: (job) => (trx) => importSlice(ctx, trx, job),
    onCommitted: () => ctx.relay.wake(),
  });
}

async function importSlice(ctx: Context, trx: Transaction<DB>, job: JobRow): Promise<JobSlice> {
  const { upload_id, actor, request_id, cause, by_email } = readInput(job.input);
  const { batch, report } = readPlace(job.cursor);
  const stored = await trx
    .deleteFrom('import_batches')
    .where('upload_id', '=', upload_id)
    .where('batch', '=', batch)
    .returning('rows')
    .executeTakeFirst();
  if (stored === undefined) return { cursor: JSON.stringify({ batch, report }), processed: 0, isFinished: true };
  const rows = parseJson(stored.rows) as SourceRow[]; // written by `storeUpload`
  const author = { organizationId: job.organization_id, actor, requestId: request_id, cause };
  const results = await writeBatch({ ctx, trx, author }, rows, { email: by_email });
  addResults(report, rows, results);
  await analyzeNow(trx, batch);
  return { cursor: JSON.stringify({ batch: batch + 1, report }), processed: rows.length, isFinished: false };
}
