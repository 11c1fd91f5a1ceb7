import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { CredentialKind, KeyMode, type VerifySessionRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { type Caller, callerOf } from '@drippulse/rpc';
import { sessionIdHeader } from '../../call-metadata.ts';
import { scopesToJson } from '../api-keys/rights.ts';
import type { Context } from '../context.ts';
import { roleToProto } from '../roles.ts';
import { adminColumns, adminToProto } from '../sessions/to-proto.ts';

export async function verifySession(ctx: Context, _request: VerifySessionRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const credential =
    caller.actor.type === 'api_key'
      ? await describeApiKey(ctx, caller)
      : await describeSession(ctx, caller, call.requestHeader.get(sessionIdHeader));
  return {
    valid: true,
    organizationId: caller.organizationId,
    role: roleToProto(caller.role),
    mode: caller.mode === 'test' ? KeyMode.TEST : KeyMode.LIVE,
    ...(caller.scopes && { scopes: scopesToJson(caller.scopes) }),
    ...credential,
  };
}

async function describeApiKey(ctx: Context, { organizationId, actor }: Caller) {
  const key = await ctx.db.kysely
    .selectFrom('api_keys')
    .select(['id', 'name', 'expires_at'])
    .where('organization_id', '=', organizationId)
    .where('id', '=', BigInt(actor.id))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (!key) throw endedMeanwhile();
  return {
    kind: CredentialKind.API_KEY,
    apiKey: { id: key.id, ...(key.name !== null && { name: key.name }) },
    ...(key.expires_at && { expiresAt: timestampFromDate(key.expires_at) }),
  };
}

async function describeSession(ctx: Context, { organizationId }: Caller, sessionId: string | null) {
  const session = await ctx.db.kysely
    .selectFrom('sessions')
    .innerJoin('memberships', 'memberships.id', 'sessions.user_id')
    .select(adminColumns.map((column) => `memberships.${column}` as const))
    .select('sessions.expires_at')
    .where('sessions.id', '=', sessionId)
    .where('sessions.organization_id', '=', organizationId)
    .where('sessions.ended_at', 'is', null)
    .executeTakeFirst();
  if (!session) throw endedMeanwhile();
  return {
    kind: CredentialKind.SESSION,
    admin: adminToProto(session),
    expiresAt: timestampFromDate(session.expires_at),
  };
}

/**
 * Creates the error for a session that has just ended. The gateway caches a credential for a few seconds, and this call
 * has read the session's row.
 */
function endedMeanwhile(): DomainError {
  return new DomainError('unauthenticated', 'invalid_token', 'The credential is unknown, expired or revoked.');
}
