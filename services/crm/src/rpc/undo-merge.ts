import type { MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import {
  CrmMergesService,
  type UndoCrmMergeRequestSchema,
  type UndoCrmMergeResponseSchema,
} from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import type { Context } from '../context.ts';
import { mergeToProto } from '../merges/merge.ts';
import { undoMerge as undo } from '../merges/undo-merge.ts';
import { commit } from '../records/commit.ts';

const { undoCrmMerge: method } = CrmMergesService.method;

export function undoMerge(
  ctx: Context,
  request: MessageShape<typeof UndoCrmMergeRequestSchema>,
  call: HandlerContext,
): Promise<MessageShape<typeof UndoCrmMergeResponseSchema>> {
  return commit(ctx, call, method, request, async (trx) => {
    const { merge, keptFields, restoredLinks, keptLinks } = await undo(ctx, trx, call, request.id);
    return {
      merge: mergeToProto(merge),
      keptFields,
      restoredLinks: BigInt(restoredLinks),
      keptLinks: BigInt(keptLinks),
    };
  });
}
