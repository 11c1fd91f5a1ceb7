import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import { ApiKeysService, type CreateApiKeyRequest, KeyMode } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Transaction } from 'kysely';
import { createApiKeyText, hashApiKey } from '../../credential-texts/api-key.ts';
import type { DB } from '../../db/schema.ts';
import { keyNameProblems } from '../api-keys/fields.ts';
import { keyRoleFromProto, readScopes, refuseMoreThanOwn } from '../api-keys/rights.ts';
import { apiKeyToProto } from '../api-keys/to-proto.ts';
import type { Context } from '../context.ts';
import { lockOrganization } from '../organizations/lock.ts';

const maxLiveKeys = 100;
const maxDays = 3650;
const dayMs = 86_400_000;

export async function createApiKey(ctx: Context, request: CreateApiKeyRequest, call: HandlerContext) {
  const rights = { role: keyRoleFromProto(request.role), scopes: checkRequest(request) };
  refuseMoreThanOwn(callerOf(call), rights.scopes);
  return transact(ctx, call, ApiKeysService.method.createApiKey, request, async (trx, caller) => {
    const now = ctx.clock.now();
    await lockOrganization(trx, caller.organizationId);
    await refuseBeyondLimit(trx, caller.organizationId, now);
    const mode = request.mode === KeyMode.TEST ? 'test' : 'live';
    const key = createApiKeyText(mode);
    const row = await trx
      .insertInto('api_keys')
      .values({
        organization_id: caller.organizationId,
        name: request.name ?? null,
        mode,
        ...rights,
        key_hash: hashApiKey(key),
        last_four: key.slice(-4),
        created_at: now,
        expires_at: request.expiresIn === undefined ? null : new Date(now.getTime() + request.expiresIn * dayMs),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const message = "Save this API key now! You won't be able to see it again.";
    return { apiKey: { ...apiKeyToProto(row), key, message } };
  });
}

/** Checks a request. Returns its scopes; null if the request names no scopes. */
function checkRequest({ name, expiresIn, scopes: json }: CreateApiKeyRequest): string[] | null {
  const read = json === undefined ? undefined : readScopes(json);
  refuseViolations([
    ...keyNameProblems(name),
    ...(read?.problems ?? []),
    ...(expiresIn !== undefined && (expiresIn < 1 || expiresIn > maxDays)
      ? [{ field: 'expires_in', message: `must be between 1 and ${maxDays} days`, code: 'range' as const }]
      : []),
  ]);
  return read?.scopes ?? null;
}

async function refuseBeyondLimit(trx: Transaction<DB>, organizationId: bigint, now: Date): Promise<void> {
  const { count } = await trx
    .selectFrom('api_keys')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('organization_id', '=', organizationId)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .executeTakeFirstOrThrow();
  if (count < maxLiveKeys) return;
  throw new DomainError(
    'failed_precondition',
    'api_key_limit_reached',
    `An organization has at most ${maxLiveKeys} live API keys: revoke one first.`,
  );
}
