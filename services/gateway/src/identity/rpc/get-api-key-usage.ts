import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo } from '@drippulse/db';
import type { GetApiKeyUsageRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import { readList } from '../lists.ts';

const dayMs = 86_400_000;

export async function getApiKeyUsage(ctx: Context, request: GetApiKeyUsageRequest, call: HandlerContext) {
  const keys = ctx.db.kysely.selectFrom('api_keys').where('organization_id', '=', callerOf(call).organizationId);
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      keys
        .select(['id', 'name', 'last_used_at'])
        .where('id', '<', beforeId)
        .orderBy('id', 'desc')
        .limit(limit)
        .offset(offset)
        .execute(),
    count: () => countUpTo(ctx.db.kysely, keys.select('id')),
  });
  const ids = rows.map((row) => row.id);
  const sums = new Map((await readSums(ctx, ids)).map((row) => [row.api_key_id, row]));
  return {
    usage: rows.map((row) => ({
      apiKeyId: row.id,
      ...(row.name !== null && { name: row.name }),
      requestsToday: sums.get(row.id)?.requests_today ?? 0n,
      requests30d: sums.get(row.id)?.requests_30d ?? 0n,
      errors30d: sums.get(row.id)?.errors_30d ?? 0n,
      ...(row.last_used_at && { lastUsedAt: timestampFromDate(row.last_used_at) }),
    })),
    ...paging,
  };
}

/** Days are UTC; the 30 of them end with today. */
async function readSums(ctx: Context, apiKeyIds: bigint[]) {
  if (apiKeyIds.length === 0) return [];
  const now = ctx.clock.now();
  const today = now.toISOString().slice(0, 10);
  const firstDay = new Date(now.getTime() - 29 * dayMs).toISOString().slice(0, 10);
  return ctx.db.kysely
    .selectFrom('api_key_usage')
    .select([
      'api_key_id',
      sql<bigint>`coalesce(sum(requests) filter (where day = ${today}::date), 0)::bigint`.as('requests_today'),
      sql<bigint>`sum(requests)::bigint`.as('requests_30d'),
      sql<bigint>`sum(errors)::bigint`.as('errors_30d'),
    ])
    .where('api_key_id', 'in', apiKeyIds)
    .where('day', '>=', sql<Date>`${firstDay}::date`)
    .groupBy('api_key_id')
    .execute();
}
