import type { HandlerContext } from '@connectrpc/connect';
import type { GetDataSourceRunErrorsRequest } from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { callerOf } from '@drippulse/rpc';
import { overTransfers } from '@drippulse/service';
import type { Context } from '../context.ts';
import { failedColumns, failedLines } from '../runs/failed-rows.ts';
import { findRun } from '../runs/rows.ts';

export async function* getDataSourceRunErrors(
  ctx: Context,
  request: GetDataSourceRunErrorsRequest,
  call: HandlerContext,
) {
  const { kysely } = overTransfers(ctx).db;
  const run = await findRun(kysely, callerOf(call).organizationId, request.id);
  call.responseHeader.set('content-disposition', `attachment; filename="run-${run.id}-errors.csv"`);
  for await (const lines of failedLines(kysely, run, await failedColumns(kysely, run))) {
    yield { body: { contentType: 'text/csv; charset=utf-8', data: Buffer.from(lines) } };
  }
}
