import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { GetCrmMergeRequestSchema, GetCrmMergeResponseSchema } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findMerge, mergeToProto } from '../merges/merge.ts';

export async function getMerge(
  ctx: Context,
  { id }: MessageShape<typeof GetCrmMergeRequestSchema>,
  call: HandlerContext,
): Promise<MessageInitShape<typeof GetCrmMergeResponseSchema>> {
  return { merge: mergeToProto(await findMerge(ctx.db.kysely, callerOf(call).organizationId, id)) };
}
