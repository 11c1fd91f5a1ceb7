import type { HandlerContext } from '@connectrpc/connect';
import type { GetApiKeyRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import { apiKeyNotFound } from '../api-keys/not-found.ts';
import { apiKeyToProto } from '../api-keys/to-proto.ts';
import type { Context } from '../context.ts';

export async function getApiKey(ctx: Context, request: GetApiKeyRequest, call: HandlerContext) {
  const row = await ctx.db.kysely
    .selectFrom('api_keys')
    .selectAll()
    .where('organization_id', '=', callerOf(call).organizationId)
    .where('id', '=', request.id)
    .executeTakeFirst();
  if (!row) throw apiKeyNotFound();
  return { apiKey: apiKeyToProto(row) };
}
