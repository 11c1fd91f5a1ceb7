import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { answerPage } from '@drippulse/service/pages';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { insertIdentity } from '../identities/insert-identity.ts';
import { takeInvitation } from '../invitations/invitation-cookie.ts';
import { forAnotherAddress, join } from '../invitations/join.ts';
import { type InvitationLink, waitingMember } from '../invitations/waiting-member.ts';
import { findLink } from '../links/use-link.ts';
import type { Claims } from '../oidc/claims.ts';
import { endPage } from '../pages/sign-in.ts';
import { type Judgement, judge } from './judge.ts';
import { linkIdentity } from './link.ts';
import { findLinked, identitiesWith, type Vouched } from './links.ts';

type Arrived = { vouched: Vouched; claims: Claims; speaksForDomain: boolean };

/**
 * Accepts the invitation whose token the browser has stored, for a person whom a provider has signed in and who needs
 * no password. The token proves the address, and the provider proves the person. Returns undefined if the sign-in goes
 * on, or a page with the reason if the invitation cannot be accepted.
 */
export async function acceptByProvider(
  ctx: Context,
  call: HandlerContext,
  arrived: Arrived,
): Promise<ReturnType<typeof answerPage> | undefined> {
  const token = takeInvitation(ctx, call);
  if (token === undefined) return undefined;
  try {
    const link = await findLink(ctx.db.kysely, 'invitation', { token, now: ctx.clock.now() });
    const { organization_id: organizationId } = await waitingMember(ctx, link);
    const judged = await judgeInvited(ctx, arrived, { link, organizationId });
    // A person who must prove the identity with a password accepts the invitation with the form.
    if (judged.kind === 'ask') return undefined;
    await join(ctx, call, link, {
      ...(arrived.claims.name !== undefined && judged.kind === 'new' && { name: arrived.claims.name }),
      identity: (trx, { username }) => identityOf(ctx, trx, { judged, link, username }),
      // The identity is linked after the activation, so that the organization's audit trail includes the link.
      joined: async (trx, identityId) => {
        if (judged.kind !== 'linked') await linkOrFail(ctx, trx, arrived.vouched, identityId);
      },
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind === 'internal') throw error;
    return answerPage(call, 422, endPage('The invitation was not accepted', [error.message]));
  }
}

/**
 * Decides which identity the person has. Google and the provider of the inviting organization are trusted. The provider
 * of a different organization is accepted only for a person who is already linked. If the provider names an address
 * other than the invited one, nobody is linked.
 */
async function judgeInvited(
  ctx: Context,
  { vouched, claims, speaksForDomain }: Arrived,
  { link, organizationId }: { link: InvitationLink; organizationId: bigint },
): Promise<Judgement> {
  const isOwn = vouched.organizationId === null || vouched.organizationId === organizationId;
  const isInvited = claims.email !== undefined && claims.email === link.email.toLowerCase();
  return judge({
    linkedTo: await findLinked(ctx.db.kysely, vouched, ctx.clock.now()),
    isEmailVerified: claims.isEmailVerified && isInvited && isOwn,
    speaksForDomain,
    candidates: claims.email === undefined ? [] : await identitiesWith(ctx.db.kysely, claims.email),
  });
}

async function identityOf(
  ctx: Context,
  trx: Transaction<DB>,
  o: { judged: Exclude<Judgement, { kind: 'ask' }>; link: InvitationLink; username: string },
): Promise<bigint> {
  const { judged, link, username } = o;
  const now = ctx.clock.now();
  if (judged.kind === 'new') {
    return insertIdentity(trx, { username, email: link.email, passwordHash: null, emailVerifiedAt: now, now });
  }
  const row = await trx
    .updateTable('identities')
    .set({ email_verified_at: sql`coalesce(email_verified_at, ${now})`, updated_at: now })
    .where('id', '=', judged.identityId)
    .where(sql<boolean>`lower(email) = lower(${link.email})`)
    .returning('id')
    .executeTakeFirst();
  if (!row) throw forAnotherAddress();
  return row.id;
}

async function linkOrFail(ctx: Context, trx: Transaction<DB>, vouched: Vouched, identityId: bigint): Promise<void> {
  const linkedTo = await linkIdentity(ctx, trx, vouched, identityId);
  if (linkedTo !== identityId) throw new Error('two sign-ins at once accepted the same invitation');
}
