import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { PrincipalSchema, ResolveCredentialRequest } from '@drippulse/proto/drippulse/identity/v1/credentials_pb';
import { KeyMode } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { hashApiKey, isApiKeyText } from '../../credential-texts/api-key.ts';
import type { Context } from '../context.ts';
import { roleToProto } from '../roles.ts';

type Found = MessageInitShape<typeof PrincipalSchema>;

export async function resolveCredential(ctx: Context, { credential }: ResolveCredentialRequest) {
  const principal = isApiKeyText(credential) ? await findApiKey(ctx, credential) : await findSession(ctx, credential);
  return principal ? { principal } : {};
}

async function findApiKey(ctx: Context, text: string): Promise<Found | undefined> {
  const row = await ctx.db.kysely
    .selectFrom('api_keys')
    .select(['id', 'organization_id', 'mode', 'expires_at'])
    .where('key_hash', '=', hashApiKey(text))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (!row || hasPassed(ctx, row.expires_at)) return undefined;
  return {
    organizationId: row.organization_id,
    role: roleToProto('admin'),
    mode: row.mode === 'test' ? KeyMode.TEST : KeyMode.LIVE,
    credential: { case: 'apiKeyId', value: row.id },
    ...(row.expires_at && { expiresAt: timestampFromDate(row.expires_at) }),
  };
}

async function findSession(ctx: Context, token: string): Promise<Found | undefined> {
  const claims = await ctx.sessionTokens.read(token);
  if (!claims) return undefined;
  const row = await ctx.db.kysely
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(['users.id', 'users.organization_id', 'users.role', 'sessions.expires_at'])
    .where('sessions.id', '=', claims.sessionId)
    .where('sessions.user_id', '=', claims.userId)
    .where('sessions.ended_at', 'is', null)
    .where('users.status', '=', 'active')
    .executeTakeFirst();
  if (!row || hasPassed(ctx, row.expires_at)) return undefined;
  return {
    organizationId: row.organization_id,
    role: roleToProto(row.role),
    mode: KeyMode.LIVE,
    credential: { case: 'session', value: { id: claims.sessionId, userId: row.id } },
    expiresAt: timestampFromDate(row.expires_at),
  };
}

function hasPassed(ctx: Context, time: Date | null): boolean {
  return time !== null && time <= ctx.clock.now();
}
