import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type {
  GetCrmImportRequestSchema,
  GetCrmImportResponseSchema,
} from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findImport, jobToProto } from '../imports/job.ts';

export async function getImport(
  ctx: Context,
  { id }: MessageShape<typeof GetCrmImportRequestSchema>,
  call: HandlerContext,
): Promise<MessageInitShape<typeof GetCrmImportResponseSchema>> {
  return { import: jobToProto(await findImport(ctx.db.kysely, callerOf(call).organizationId, id)) };
}
