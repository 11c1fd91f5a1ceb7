import type { HandlerContext } from '@connectrpc/connect';
import type { GetReportRequest } from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findReport } from '../reports/rows.ts';
import { reportToProto } from '../reports/to-proto.ts';

export async function getReport(ctx: Context, { id }: GetReportRequest, call: HandlerContext) {
  return { report: reportToProto(await findReport(ctx.db.kysely, callerOf(call).organizationId, id)) };
}
