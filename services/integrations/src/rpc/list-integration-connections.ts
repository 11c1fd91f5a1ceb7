import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListIntegrationConnectionsRequest } from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { resolveProvider } from '@drippulse/providers';
import { callerOf } from '@drippulse/rpc';
import { connectionToProto } from '../connections/to-proto.ts';
import type { Context } from '../context.ts';

export async function listIntegrationConnections(
  ctx: Context,
  request: ListIntegrationConnectionsRequest,
  call: HandlerContext,
) {
  const { kysely } = ctx.db;
  const { organizationId } = callerOf(call);
  const { provider } = request;
  const own = kysely.selectFrom('connections').where('organization_id', '=', organizationId);
  const scoped = provider === undefined ? own : own.where('provider', '=', resolveProvider(provider) ?? provider);
  const filters = await rowConditions(kysely, scoped, request);
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      scoped
        .selectAll()
        .where('id', '<', beforeId)
        .where(filters)
        .orderBy('id', 'desc')
        .limit(limit)
        .offset(offset)
        .execute(),
    count: () => countUpTo(kysely, scoped.where(filters).select('id')),
  });
  const now = ctx.clock.now();
  return {
    integrationConnections: await convertInTurns(rows, (row) => connectionToProto(row, { now }), call.signal),
    ...paging,
  };
}
