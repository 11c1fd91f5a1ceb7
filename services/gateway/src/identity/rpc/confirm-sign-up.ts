import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import type { ConfirmSignUpRequest } from '@drippulse/proto/drippulse/identity/v1/sign_up_pb';
import { appendAudit } from '@drippulse/service';
import { type Selectable, sql, type Transaction } from 'kysely';
import { clientAddressHeader } from '../../call-metadata.ts';
import type { DB, SignUps } from '../../db/schema.ts';
import { usernameOf } from '../../usernames/username.ts';
import type { Context } from '../context.ts';
import { insertIdentity } from '../identities/insert-identity.ts';
import { findKnown, hasAddress, lockKnown, proveIdentity } from '../identities/prove-identity.ts';
import { hashLinkToken } from '../links/token.ts';
import { linkNotValid } from '../links/use-link.ts';
import { insertOrganization } from '../organizations/create.ts';
import { memberProblems } from '../team-members/fields.ts';
import { memberColumns, memberToProto } from '../team-members/to-proto.ts';
import { requireOpen } from './sign-up.ts';

export async function confirmSignUp(ctx: Context, request: ConfirmSignUpRequest, call: HandlerContext) {
  requireOpen(ctx);
  const { token = '', password = '', name } = request;
  const now = ctx.clock.now();
  // The link is checked before anything is hashed or compared, so that a request without a valid token costs one
  // look-up.
  const signUp = await findSignUp(ctx, token, now);
  const { email } = signUp;
  const username = request.username ?? email;
  const known = await findKnown(ctx, username);
  refuseViolations(memberProblems({ name, ...(known === undefined && { username, password }) }));
  if (known !== undefined) {
    await proveIdentity(ctx, call, { known, username, password });
    if (!hasAddress(known, email)) throw forAnotherAddress();
  }
  const passwordHash = known === undefined ? await ctx.passwords.hash(password) : null;
  const response = await ctx.db.kysely.transaction().execute(async (trx) => {
    await useSignUp(trx, signUp);
    const organization = await insertOrganization(trx, signUp.organization_name);
    const identityId =
      known === undefined
        ? await insertIdentity(trx, { username, email, passwordHash, emailVerifiedAt: now, now })
        : await lockKnown(trx, known, { email, now });
    const member = await trx
      .insertInto('memberships')
      .values({
        organization_id: organization.id,
        identity_id: identityId,
        username: usernameOf(username),
        email,
        name: name ?? null,
        role: 'admin',
        status: 'active',
      })
      .returning(memberColumns)
      .executeTakeFirstOrThrow();
    await appendAudit(trx, {
      organizationId: organization.id,
      name: 'organization.created',
      resourceId: String(organization.id),
      actor: { type: 'user', id: String(member.id) },
      before: undefined,
      after: { name: signUp.organization_name, slug: organization.slug, username: member.username },
      requestId: call.requestHeader.get('x-request-id') ?? undefined,
      address: call.requestHeader.get(clientAddressHeader) ?? undefined,
    });
    return {
      organizationId: organization.id,
      organizationName: signUp.organization_name,
      slug: organization.slug,
      teamMember: memberToProto(member),
    };
  });
  ctx.metrics.linkUsed('sign_up');
  ctx.relay.wake();
  return response;
}

async function findSignUp(ctx: Context, token: string, now: Date): Promise<Selectable<SignUps>> {
  const signUp = await ctx.db.kysely
    .selectFrom('sign_ups')
    .selectAll()
    .where('token_hash', '=', hashLinkToken(token))
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (!signUp) throw linkNotValid();
  return signUp;
}

/**
 * Uses up the link and every other link to its address, in the transaction, so that two requests lead to one
 * organization. Of parallel calls, only one succeeds.
 */
async function useSignUp(trx: Transaction<DB>, { id, email }: Selectable<SignUps>): Promise<void> {
  const ofAddress = sql<boolean>`lower(email) = lower(${email})`;
  const locked = await trx.selectFrom('sign_ups').select('id').where(ofAddress).orderBy('id').forUpdate().execute();
  if (!locked.some((row) => row.id === id)) throw linkNotValid();
  await trx.deleteFrom('sign_ups').where(ofAddress).execute();
}

function forAnotherAddress(): DomainError {
  return new DomainError(
    'failed_precondition',
    'sign_up_for_another_address',
    'The link was mailed to another address than the one of this user name.',
  );
}
