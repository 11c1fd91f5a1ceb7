import { appendEvents, topicOf } from '@drippulse/events';
import { AnalyticsEventSchema } from '@drippulse/proto/drippulse/analytics/v1/events_pb';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { noteTick } from './note-tick.ts';
import type { ReportRow } from './rows.ts';
import { reportToProto } from './to-proto.ts';

const topic = topicOf(AnalyticsEventSchema);

/** The end of a report. */
export type ReportEnd =
  | { status: 'ready'; fence: bigint; rows: bigint; bytes: bigint; fileName: string }
  | { status: 'failed'; code: string; message: string };

/** Ends a report and publishes its end, in the transaction that ends its job. Deletes the pieces of earlier tries. */
export async function finishReport(
  ctx: Pick<Context, 'clock' | 'metrics'>,
  trx: Transaction<DB>,
  report: Pick<ReportRow, 'organization_id' | 'id'>,
  end: ReportEnd,
): Promise<void> {
  const ended = await trx
    .updateTable('reports')
    .set({
      status: end.status,
      finished_at: ctx.clock.now(),
      ...(end.status === 'ready'
        ? { progress: 1, rows: end.rows, bytes: end.bytes, file_name: end.fileName, fence: end.fence }
        : { error_code: end.code, error: end.message }),
    })
    .where('organization_id', '=', report.organization_id)
    .where('id', '=', report.id)
    .where('status', '=', 'running')
    .returningAll()
    .executeTakeFirst();
  // The report was deleted. Its pieces were deleted too, or will be deleted as pieces without a report.
  if (ended === undefined) return;
  await sql`
    delete from report_chunks
    where organization_id = ${ended.organization_id} and report_id = ${ended.id}
      and fence is distinct from ${ended.fence}`.execute(trx);
  await appendEvents(trx, topic, [
    {
      organizationId: ended.organization_id,
      aggregate: `report:${ended.id}`,
      sequence: ended.sequence,
      payload: {
        case: end.status === 'ready' ? 'reportCompleted' : 'reportFailed',
        value: { report: reportToProto(ended) },
      },
    },
  ]);
  if (ended.scheduled_by !== null) await noteTick(trx, ended);
  ctx.metrics.reportEnded(ended);
}
