import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { type DeleteReportScheduleRequest, ReportsService } from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { lockReport } from '../reports/rows.ts';

/** Deletes a schedule. Reports of its ticks that are being made are finished, but not mailed. */
export async function deleteReportSchedule(ctx: Context, request: DeleteReportScheduleRequest, call: HandlerContext) {
  return transact(ctx, call, ReportsService.method.deleteReportSchedule, request, async (trx, { organizationId }) => {
    const { id, schedule } = await lockReport(trx, organizationId, request.id);
    if (schedule === null) {
      throw new DomainError('not_found', 'report_schedule_not_found', 'The report has no schedule.');
    }
    await trx
      .updateTable('reports')
      .set({ schedule: null, next_run_at: null, failures: 0 })
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .execute();
    return {};
  });
}
