import type { HandlerContext } from '@connectrpc/connect';
import { cancelJob } from '@drippulse/db';
import { type DeleteReportRequest, ReportsService } from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { lockReport } from '../reports/rows.ts';

/** Deletes a report. Its file in the store is deleted later, with other files that no report names. */
export async function deleteReport(ctx: Context, request: DeleteReportRequest, call: HandlerContext) {
  return transact(ctx, call, ReportsService.method.deleteReport, request, async (trx, { organizationId }) => {
    const { id, job_id: jobId } = await lockReport(trx, organizationId, request.id);
    if (jobId !== null) await cancelJob(trx, jobId);
    await trx.deleteFrom('reports').where('organization_id', '=', organizationId).where('id', '=', id).execute();
    return {};
  });
}
