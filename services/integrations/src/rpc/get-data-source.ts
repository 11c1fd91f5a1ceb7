import type { HandlerContext } from '@connectrpc/connect';
import type { GetDataSourceRequest } from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findUpload } from '../sources/readers/store-file.ts';
import { findSource } from '../sources/rows.ts';
import { sourceToProto } from '../sources/to-proto.ts';

export async function getDataSource(ctx: Context, { id }: GetDataSourceRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const row = await findSource(ctx.db.kysely, organizationId, id);
  return { dataSource: sourceToProto(row, await findUpload(ctx.db.kysely, { organizationId, sourceId: id })) };
}
