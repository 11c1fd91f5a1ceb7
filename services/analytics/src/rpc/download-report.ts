import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { DownloadReportRequest } from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { callerOf } from '@drippulse/rpc';
import { overTransfers } from '@drippulse/service';
import { readArtifact } from '../artifacts/read-artifact.ts';
import type { Context } from '../context.ts';
import { attachmentOf, mediaTypes } from '../reports/file-names.ts';
import { findReport, type ReportRow } from '../reports/rows.ts';

export async function* downloadReport(ctx: Context, { id }: DownloadReportRequest, call: HandlerContext) {
  const report = await findReport(ctx.db.kysely, callerOf(call).organizationId, id);
  yield* fileOfReport(ctx, report, call);
}

/** Yields the file of a report, and sets its name in the headers. */
async function* fileOfReport(ctx: Context, report: ReportRow, call: HandlerContext) {
  const { organization_id: organizationId, id: reportId, fence, bytes, file_name: fileName } = report;
  if (report.status !== 'ready' || fence === null || bytes === null || fileName === null) throw notReady();
  call.responseHeader.set('content-disposition', attachmentOf(fileName));
  const contentType = mediaTypes[report.format] ?? 'application/octet-stream';
  for await (const data of readArtifact(overTransfers(ctx), { organizationId, reportId, fence }, bytes)) {
    if (call.signal.aborted) return;
    yield { body: { contentType, data } };
  }
}

function notReady(): DomainError {
  const message = 'The report is not ready. GET /reports/:id shows its status and progress.';
  return new DomainError('already_exists', 'report_not_ready', message);
}
