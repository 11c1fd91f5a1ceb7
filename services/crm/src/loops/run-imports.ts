import { type JobRow, type JobSlice, startJobLoop } from '@drippulse/db';
import { parseJson } from '@drippulse/json';
import type { Loop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { analyzeNow } from '../imports/analyze.ts';
import { importKind, readInput, readPlace } from '../imports/job.ts';
import { addResults } from '../imports/report.ts';
import type { SourceRow } from '../imports/source-row.ts';
import { writeBatch } from '../imports/write-batch.ts';
import { countNewRecords } from '../records/count-new-records.ts';
import type { Write } from '../records/write.ts';

/** Writes stored uploads, one batch at a time. Organizations take turns. */
export function startImporting(ctx: Context): Loop {
  return startJobLoop({
    db: ctx.db,
    kind: importKind,
    log: ctx.log,
    slice(job) {
      const { actor, request_id: requestId, cause } = readInput(job.input);
      const author = { organizationId: job.organization_id, actor, requestId, cause };
      const counting = countNewRecords(ctx, author);
      return (trx) => counting((made) => importSlice({ ctx, trx, author, made }, job));
    },
    onCommitted: () => ctx.relay.wake(),
  });
}

async function importSlice(write: Write, job: JobRow): Promise<JobSlice> {
  const { trx } = write;
  const { upload_id, by_email } = readInput(job.input);
  const { batch, report } = readPlace(job.cursor);
  const stored = await trx
    .deleteFrom('import_batches')
    .where('upload_id', '=', upload_id)
    .where('batch', '=', batch)
    .returning('rows')
    .executeTakeFirst();
  if (stored === undefined) return { cursor: JSON.stringify({ batch, report }), processed: 0, isFinished: true };
  const rows = parseJson(stored.rows) as SourceRow[]; // `storeUpload` wrote it
  const results = await writeBatch(write, rows, { email: by_email });
  addResults(report, rows, results);
  await analyzeNow(trx, batch);
  return { cursor: JSON.stringify({ batch: batch + 1, report }), processed: rows.length, isFinished: false };
}
