import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { RecordApiKeyUsageRequest } from '@drippulse/proto/drippulse/identity/v1/credentials_pb';
import { sql } from 'kysely';
import type { Context } from '../context.ts';

export async function recordApiKeyUsage(ctx: Context, { usage }: RecordApiKeyUsageRequest) {
  // The counts are sorted by key, so that the batches of two gateways lock the rows in the same order and never
  // deadlock.
  const sorted = usage.toSorted((a, b) => Number(a.apiKeyId - b.apiKeyId));
  const ids = sorted.map((counted) => counted.apiKeyId);
  const days = sorted.map((counted) => counted.day);
  const requests = sorted.map((counted) => counted.requests);
  const errors = sorted.map((counted) => counted.errors);
  const times = sorted.map(({ lastUsedAt }) => (lastUsedAt ? timestampDate(lastUsedAt).toISOString() : null));
  await ctx.db.kysely.transaction().execute(async (trx) => {
    await sql`
      insert into api_key_usage (api_key_id, day, requests, errors)
      select counted.* from unnest(${ids}::bigint[], ${days}::date[], ${requests}::bigint[], ${errors}::bigint[])
        as counted (api_key_id, day, requests, errors)
      order by counted.api_key_id, counted.day
      on conflict (api_key_id, day) do update
      set requests = api_key_usage.requests + excluded.requests, errors = api_key_usage.errors + excluded.errors`.execute(
      trx,
    );
    await sql`
      update api_keys set last_used_at = greatest(last_used_at, used.at)
      from (
        select api_key_id, max(at) as at from unnest(${ids}::bigint[], ${times}::timestamptz[]) as u (api_key_id, at)
        group by api_key_id
      ) as used
      where api_keys.id = used.api_key_id`.execute(trx);
  });
  return {};
}
