import type { HandlerContext } from '@connectrpc/connect';
import { ApiKeysService, type RevokeApiKeyRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { transact } from '@drippulse/writes';
import { sql } from 'kysely';
import { credentialsChangedHeader } from '../../call-metadata.ts';
import { apiKeyNotFound } from '../api-keys/not-found.ts';
import type { Context } from '../context.ts';

const { revokeApiKey: method } = ApiKeysService.method;

export async function revokeApiKey(ctx: Context, request: RevokeApiKeyRequest, call: HandlerContext) {
  const response = await transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const { numUpdatedRows } = await trx
      .updateTable('api_keys')
      // A repeated call keeps the time of the first revocation.
      .set({ revoked_at: sql`coalesce(revoked_at, ${ctx.clock.now()})` })
      .where('organization_id', '=', organizationId)
      .where('id', '=', request.id)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw apiKeyNotFound();
    return {};
  });
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return response;
}
