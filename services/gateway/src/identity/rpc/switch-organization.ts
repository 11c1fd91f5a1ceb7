import { randomUUID } from 'node:crypto';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { SwitchOrganizationRequest } from '@drippulse/proto/drippulse/identity/v1/own_account_pb';
import { callerOf } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import { credentialsChangedHeader, sessionIdHeader } from '../../call-metadata.ts';
import type { DB } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { identityIdOf } from '../identities/own-identity.ts';
import { methodOf } from '../sessions/method.ts';
import { adminColumns, adminToProto } from '../sessions/to-proto.ts';
import { requireAllowedMethod } from '../sso/required.ts';

export async function switchOrganization(ctx: Context, request: SwitchOrganizationRequest, call: HandlerContext) {
  const { organizationId = 0n } = request;
  const caller = callerOf(call);
  const sessionId = randomUUID();
  const now = ctx.clock.now();
  const { admin, expiresAt } = await ctx.db.kysely.transaction().execute(async (trx) => {
    const identityId = await identityIdOf(trx, caller);
    const admin = await enter(trx, { identityId, organizationId, now });
    const former = await endFormer(trx, call.requestHeader.get(sessionIdHeader), { identityId, now });
    const method = methodOf(former.method);
    // An organization's own provider proves an identity only to that organization.
    if (method === 'sso' && organizationId !== caller.organizationId) throw provenElsewhere();
    await requireAllowedMethod(trx, { organizationId, memberId: admin.id, method });
    // The sign-in time stays the same, because switching the organization proves nothing new.
    await trx
      .insertInto('sessions')
      .values({
        id: sessionId,
        organization_id: organizationId,
        identity_id: identityId,
        user_id: admin.id,
        method,
        device: former.device,
        network: former.network,
        created_at: former.created_at,
        last_used_at: now,
        expires_at: former.expires_at,
      })
      .execute();
    return { admin, expiresAt: former.expires_at };
  });
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return {
    token: await ctx.sessionTokens.sign({ sessionId, userId: admin.id, expiresAt }),
    expiresAt: timestampFromDate(expiresAt),
    admin: adminToProto(admin),
  };
}

/**
 * Records that the person entered the organization. The update waits for a concurrent change of the member. A later
 * change ends the new session.
 */
async function enter(
  trx: Transaction<DB>,
  { identityId, organizationId, now }: { identityId: bigint; organizationId: bigint; now: Date },
) {
  const member = await trx
    .updateTable('memberships')
    .set({ last_login_at: now })
    .where('organization_id', '=', organizationId)
    .where('identity_id', '=', identityId)
    .where('status', '=', 'active')
    .returning([...adminColumns])
    .executeTakeFirst();
  if (member) return member;
  throw new DomainError(
    'not_found',
    'organization_not_found',
    'There is no organization with this id that you are a member of.',
  );
}

async function endFormer(
  trx: Transaction<DB>,
  id: string | null,
  { identityId, now }: { identityId: bigint; now: Date },
) {
  const former = await trx
    .updateTable('sessions')
    .set({ ended_at: now })
    .where('id', '=', id)
    .where('identity_id', '=', identityId)
    .where('ended_at', 'is', null)
    .returning(['method', 'device', 'network', 'created_at', 'expires_at'])
    .executeTakeFirst();
  if (former) return former;
  // The gateway caches a credential for a few seconds, so this session may have ended.
  throw new DomainError('unauthenticated', 'invalid_token', 'The credential is unknown, expired or revoked.');
}

function provenElsewhere(): DomainError {
  return new DomainError(
    'permission_denied',
    'reauthentication_required',
    'Your session signed in by the provider of one organization. Log in to the other one.',
  );
}
