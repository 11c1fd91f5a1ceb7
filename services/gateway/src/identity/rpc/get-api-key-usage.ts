import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList } from '@drippulse/db';
import type { GetApiKeyUsageRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import { type ExpressionBuilder, sql } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { Context } from '../context.ts';

const dayMs = 86_400_000;

export async function getApiKeyUsage(ctx: Context, request: GetApiKeyUsageRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const keys = kysely.selectFrom('api_keys').where('organization_id', '=', callerOf(call).organizationId);
  const { rows, paging } = await readList(request, {
    // One statement reads the counts and the time of last use, so that they are consistent.
    rows: ({ beforeId, limit, offset }) =>
      keys
        .innerJoinLateral(sumsOf(ctx), (join) => join.onTrue())
        .select(['id', 'name', 'last_used_at', 'requests_today', 'requests_30d', 'errors_30d'])
        .where('id', '<', beforeId)
        .orderBy('id', 'desc')
        .limit(limit)
        .offset(offset)
        .execute(),
    count: () => countUpTo(kysely, keys.select('id')),
  });
  return {
    usage: rows.map((row) => ({
      apiKeyId: row.id,
      ...(row.name !== null && { name: row.name }),
      requestsToday: row.requests_today,
      requests30d: row.requests_30d,
      errors30d: row.errors_30d,
      ...(row.last_used_at && { lastUsedAt: timestampFromDate(row.last_used_at) }),
    })),
    ...paging,
  };
}

/** Returns a query for the sums of one key. Days are in UTC; the 30 days end with today. */
function sumsOf(ctx: Context) {
  const now = ctx.clock.now();
  const today = now.toISOString().slice(0, 10);
  const firstDay = new Date(now.getTime() - 29 * dayMs).toISOString().slice(0, 10);
  return (from: ExpressionBuilder<DB, 'api_keys'>) =>
    from
      .selectFrom('api_key_usage')
      .select([
        sql<bigint>`coalesce(sum(requests) filter (where day = ${today}::date), 0)::bigint`.as('requests_today'),
        sql<bigint>`coalesce(sum(requests), 0)::bigint`.as('requests_30d'),
        sql<bigint>`coalesce(sum(errors), 0)::bigint`.as('errors_30d'),
      ])
      .whereRef('api_key_usage.api_key_id', '=', 'api_keys.id')
      .where('day', '>=', sql<Date>`${firstDay}::date`)
      .as('sums');
}
