import type { HandlerContext } from '@connectrpc/connect';
import type { GetDataSourceRunRequest } from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findRun } from '../runs/rows.ts';
import { wholeRunToProto } from '../runs/to-proto.ts';

export async function getDataSourceRun(ctx: Context, { id }: GetDataSourceRunRequest, call: HandlerContext) {
  return { dataSourceRun: wholeRunToProto(await findRun(ctx.db.kysely, callerOf(call).organizationId, id)) };
}
