import type { HandlerContext } from '@connectrpc/connect';
import { CrmMergesService, type UndoCrmMergeRequest } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import type { Context } from '../context.ts';
import { mergeToProto } from '../merges/merge.ts';
import { undoMerge } from '../merges/undo-merge.ts';
import { commit } from '../records/commit.ts';

const { undoCrmMerge: method } = CrmMergesService.method;

export function undoCrmMerge(ctx: Context, request: UndoCrmMergeRequest, call: HandlerContext) {
  return commit(ctx, call, method, request, async (write) => {
    const { merge, keptFields, restoredLinks, keptLinks } = await undoMerge(write, request.id);
    return {
      merge: mergeToProto(merge),
      keptFields,
      restoredLinks: BigInt(restoredLinks),
      keptLinks: BigInt(keptLinks),
    };
  });
}
