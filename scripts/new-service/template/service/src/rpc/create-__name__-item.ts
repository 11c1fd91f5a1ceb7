import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import {
  __Schema__Service,
  type Create__Schema__ItemRequest,
} from '@drippulse/proto/drippulse/__schema__/v1/__schema___pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { itemToProto } from '../items.ts';

const maxName = 255;

export async function create__Schema__Item(ctx: Context, request: Create__Schema__ItemRequest, call: HandlerContext) {
  const name = checkedName(request.name ?? '');
  return transact(ctx, call, __Schema__Service.method.create__Schema__Item, request, async (trx, caller) => {
    const row = await trx
      .insertInto('items')
      .values({ organization_id: caller.organizationId, name, created_at: ctx.clock.now() })
      .returningAll()
      .executeTakeFirstOrThrow();
    return { item: itemToProto(row) };
  });
}

function checkedName(name: string): string {
  if (name.trim() !== '' && name.length <= maxName) return name;
  const violations = [{ field: 'name', message: `must have 1 to ${maxName} characters` }];
  throw new DomainError('invalid', 'validation_failed', 'The name was refused.', { violations });
}
