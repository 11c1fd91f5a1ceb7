import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { PrincipalSchema, ResolveCredentialRequest } from '@drippulse/proto/drippulse/identity/v1/credentials_pb';
import { KeyMode } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { sql } from 'kysely';
import { hashApiKey, isApiKeyText } from '../../credential-texts/api-key.ts';
import type { Context } from '../context.ts';
import { hasFactor } from '../mfa/has-factor.ts';
import { roleToProto } from '../roles.ts';
import { idleEndOf, noteUse } from '../sessions/idle.ts';

type Found = MessageInitShape<typeof PrincipalSchema>;

export async function resolveCredential(ctx: Context, { credential, isBackground }: ResolveCredentialRequest) {
  const principal = isApiKeyText(credential)
    ? await findApiKey(ctx, credential)
    : await findSession(ctx, credential, { isBackground });
  return principal ? { principal } : {};
}

async function findApiKey(ctx: Context, text: string): Promise<Found | undefined> {
  const row = await ctx.db.kysely
    .selectFrom('api_keys')
    .innerJoin('organizations', 'organizations.id', 'api_keys.organization_id')
    .select(['api_keys.id', 'organization_id', 'mode', 'role', 'scopes', 'expires_at', 'suspended_at'])
    .where('key_hash', '=', hashApiKey(text))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (!row || hasPassed(ctx, row.expires_at)) return undefined;
  return {
    organizationId: row.organization_id,
    role: roleToProto(row.role),
    ...(row.scopes && { scopes: { names: row.scopes } }),
    isSuspended: row.suspended_at !== null,
    mode: row.mode === 'test' ? KeyMode.TEST : KeyMode.LIVE,
    credential: { case: 'apiKeyId', value: row.id },
    ...(row.expires_at && { expiresAt: timestampFromDate(row.expires_at) }),
  };
}

async function findSession(
  ctx: Context,
  token: string,
  { isBackground }: { isBackground: boolean },
): Promise<Found | undefined> {
  const claims = await ctx.sessionTokens.read(token);
  if (!claims) return undefined;
  const row = await ctx.db.kysely
    .selectFrom('sessions')
    .innerJoin('memberships', 'memberships.id', 'sessions.user_id')
    .innerJoin('organizations', 'organizations.id', 'memberships.organization_id')
    .select(
      // Sessions that began with the organization's own provider are exempt, because the provider requires its own
      // factors.
      sql<boolean>`organizations.require_mfa and sessions.method <> 'sso'
        and not ${hasFactor(sql.ref('memberships.identity_id'))}`.as('lacks_mfa'),
    )
    .select(['memberships.id', 'memberships.organization_id', 'memberships.role', 'organizations.suspended_at'])
    .select(['sessions.expires_at', 'sessions.created_at', 'sessions.last_used_at'])
    .where('sessions.id', '=', claims.sessionId)
    .where('sessions.user_id', '=', claims.userId)
    .where('sessions.ended_at', 'is', null)
    .where('memberships.status', '=', 'active')
    .executeTakeFirst();
  if (!row || hasPassed(ctx, row.expires_at) || hasPassed(ctx, idleEndOf(row.last_used_at))) return undefined;
  if (!isBackground) await noteUse(ctx, claims.sessionId, row.last_used_at);
  return {
    organizationId: row.organization_id,
    role: roleToProto(row.role),
    mode: KeyMode.LIVE,
    isSuspended: row.suspended_at !== null,
    credential: {
      case: 'session',
      value: {
        id: claims.sessionId,
        userId: row.id,
        signedInAt: timestampFromDate(row.created_at),
        lacksMfa: row.lacks_mfa,
      },
    },
    expiresAt: timestampFromDate(row.expires_at),
  };
}

function hasPassed(ctx: Context, time: Date | null): boolean {
  return time !== null && time <= ctx.clock.now();
}
