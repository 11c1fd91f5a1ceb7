import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { ReportsService, type RetryReportRequest } from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { queueReport } from '../reports/ask.ts';
import { lockReport } from '../reports/rows.ts';
import { reportToProto } from '../reports/to-proto.ts';

export async function retryReport(ctx: Context, request: RetryReportRequest, call: HandlerContext) {
  const response = await transact(
    ctx,
    call,
    ReportsService.method.retryReport,
    request,
    async (trx, { organizationId }) => {
      const { id, status, sequence } = await lockReport(trx, organizationId, request.id);
      if (status !== 'failed') {
        throw new DomainError('already_exists', 'report_not_failed', 'Only a report that failed can be tried again.');
      }
      const row = await trx
        .updateTable('reports')
        .set({
          status: 'queued',
          progress: 0,
          error_code: null,
          error: null,
          finished_at: null,
          sequence: sequence + 1n,
        })
        .where('organization_id', '=', organizationId)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return { report: reportToProto(await queueReport(trx, row)) };
    },
  );
  ctx.wake.reports();
  return response;
}
