import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListWebhooksRequest } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { selectWebhooks } from '../webhooks/rows.ts';
import { webhookToProto } from '../webhooks/to-proto.ts';

export async function listWebhooks(ctx: Context, request: ListWebhooksRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const caller = callerOf(call);
  const { organizationId } = caller;
  const mode = listedMode(request, caller);
  const scoped = kysely
    .selectFrom('webhooks')
    .where('organization_id', '=', organizationId)
    .where('mode', '=', mode)
    .where('deleted_at', 'is', null);
  const filters = await rowConditions(kysely, scoped, request);
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      selectWebhooks(kysely)
        .where('webhooks.organization_id', '=', organizationId)
        .where('webhooks.mode', '=', mode)
        .where('webhooks.id', '<', beforeId)
        .where(filters)
        .orderBy('webhooks.id', 'desc')
        .limit(limit)
        .offset(offset)
        .execute(),
    count: () => countUpTo(kysely, scoped.where(filters).select('id')),
  });
  return { webhooks: await convertInTurns(rows, (row) => webhookToProto(row), call.signal), ...paging };
}
