import type { HandlerContext } from '@connectrpc/connect';
import type { RevokeApiKeyRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import { credentialsChangedHeader } from '../../call-metadata.ts';
import { apiKeyNotFound } from '../api-keys/not-found.ts';
import type { Context } from '../context.ts';

export async function revokeApiKey(ctx: Context, request: RevokeApiKeyRequest, call: HandlerContext) {
  const { numUpdatedRows } = await ctx.db.kysely
    .updateTable('api_keys')
    // A repeat keeps the time of the first revocation.
    .set({ revoked_at: sql`coalesce(revoked_at, ${ctx.clock.now()})` })
    .where('organization_id', '=', callerOf(call).organizationId)
    .where('id', '=', request.id)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw apiKeyNotFound();
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return {};
}
