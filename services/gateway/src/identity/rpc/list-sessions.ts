import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, createdConditions, readList } from '@drippulse/db';
import type { ListSessionsRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import { sessionIdHeader } from '../../call-metadata.ts';
import type { Context } from '../context.ts';
import { idleSince } from '../sessions/idle.ts';

export async function listSessions(ctx: Context, request: ListSessionsRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const { organizationId, actor } = callerOf(call);
  const current = call.requestHeader.get(sessionIdHeader);
  const now = ctx.clock.now();
  let open = kysely
    .selectFrom('sessions')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', BigInt(actor.id))
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .where('last_used_at', '>', idleSince(now));
  for (const condition of createdConditions(request)) open = open.where(condition);
  const ids = request.ids.map((id) => id.toLowerCase());
  if (ids.length > 0) open = open.where(sql<boolean>`id::text = any(${ids})`);
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      open
        .select(['number as id', 'id as uuid', 'device', 'network', 'created_at', 'last_used_at', 'expires_at'])
        .where('number', '<', beforeId)
        .orderBy('number', 'desc')
        .limit(limit)
        .offset(offset)
        .execute(),
    count: () => countUpTo(kysely, open.select('number as id')),
  });
  return {
    sessions: rows.map(({ uuid, device, network, created_at, last_used_at, expires_at }) => ({
      id: uuid,
      ...(device !== null && { device }),
      network,
      current: uuid === current,
      createdAt: timestampFromDate(created_at),
      lastUsedAt: timestampFromDate(last_used_at),
      expiresAt: timestampFromDate(expires_at),
    })),
    ...paging,
  };
}
