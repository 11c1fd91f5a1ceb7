import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { Get__Schema__ItemRequest } from '@drippulse/proto/drippulse/__schema__/v1/__schema___pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { itemToProto } from '../items.ts';

export async function get__Schema__Item(ctx: Context, request: Get__Schema__ItemRequest, call: HandlerContext) {
  const row = await ctx.db.kysely
    .selectFrom('items')
    .selectAll()
    .where('organization_id', '=', callerOf(call).organizationId)
    .where('id', '=', request.id)
    .executeTakeFirst();
  if (row === undefined) {
    throw new DomainError('not_found', '__schema___item_not_found', 'There is no item with this id.');
  }
  return { item: itemToProto(row) };
}
