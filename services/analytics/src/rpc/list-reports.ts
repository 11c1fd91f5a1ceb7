import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListReportsRequest } from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { selectReports } from '../reports/rows.ts';
import { statuses, types } from '../reports/texts.ts';
import { reportToProto } from '../reports/to-proto.ts';

export async function listReports(ctx: Context, request: ListReportsRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const { kysely } = ctx.db;
  const [type, status] = [types.textOf(request.type), statuses.textOf(request.status)];
  const all = selectReports(kysely, caller.organizationId)
    .where('mode', '=', listedMode(request, caller))
    .$if(type !== undefined, (query) => query.where('type', '=', type ?? ''))
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? ''))
    .$if(request.scheduled !== undefined, (query) =>
      query.where('schedule', request.scheduled === true ? 'is not' : 'is', null),
    );
  const reports = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      reports.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, reports.select('id')),
  });
  return { reports: await convertInTurns(rows, reportToProto, call.signal), ...paging };
}
