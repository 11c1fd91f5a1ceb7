import type { HandlerContext } from '@connectrpc/connect';
import type { GetCrmMergeRequest } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findMerge, mergeToProto } from '../merges/merge.ts';

export async function getCrmMerge(ctx: Context, { id }: GetCrmMergeRequest, call: HandlerContext) {
  return { merge: mergeToProto(await findMerge(ctx.db.kysely, callerOf(call).organizationId, id)) };
}
