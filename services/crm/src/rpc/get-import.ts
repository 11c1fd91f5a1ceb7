import type { HandlerContext } from '@connectrpc/connect';
import type { GetCrmImportRequest } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findImport, jobToProto } from '../imports/job.ts';

export async function getCrmImport(ctx: Context, { id }: GetCrmImportRequest, call: HandlerContext) {
  return { import: jobToProto(await findImport(ctx.db.kysely, callerOf(call).organizationId, id)) };
}
