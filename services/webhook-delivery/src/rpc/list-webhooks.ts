import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, cutPage, pageTotals, readPage } from '@drippulse/db';
import type { ListWebhooksRequest } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { selectWebhooks } from '../webhooks/rows.ts';
import { webhookToProto } from '../webhooks/to-proto.ts';

export async function listWebhooks(ctx: Context, request: ListWebhooksRequest, call: HandlerContext) {
  const page = readPage(request, ['bigint']);
  const caller = callerOf(call);
  const { organizationId } = caller;
  const mode = listedMode(request, caller);
  const scoped = ctx.db.kysely
    .selectFrom('webhooks')
    .where('organization_id', '=', organizationId)
    .where('mode', '=', mode)
    .where('deleted_at', 'is', null);
  const count = await countUpTo(ctx.db.kysely, scoped.select('id'));
  let query = selectWebhooks(ctx.db.kysely)
    .where('webhooks.organization_id', '=', organizationId)
    .where('webhooks.mode', '=', mode);
  if (page.after?.[0] !== undefined) query = query.where('webhooks.id', '<', BigInt(page.after[0]));
  const found = await query
    .orderBy('webhooks.id', 'desc')
    .offset(page.offset)
    .limit(page.limit + 1)
    .execute();
  const { rows, nextCursor } = cutPage(found, page.limit);
  return {
    webhooks: rows.map((row) => webhookToProto(row)),
    nextCursor,
    ...count,
    ...pageTotals(page, count.totalCount),
  };
}
