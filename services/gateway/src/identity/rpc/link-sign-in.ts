import type { HandlerContext } from '@connectrpc/connect';
import type { LinkSignInRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { requireFactor } from '../mfa/require-factor.ts';
import { endPage, linkPage } from '../pages/sign-in.ts';
import { checkPassword, type Proven } from '../sessions/check-password.ts';
import { completeSignIn, signInTo } from '../sign-in/complete.ts';
import { formProblem } from '../sign-in/form-problem.ts';
import { linkIdentity } from '../sign-in/link.ts';
import { readOwnForm } from '../sign-in/own-form.ts';
import { type Pending, readPending } from '../sign-in/pending.ts';
import { answerTooLate } from '../sign-in/too-late.ts';

type ToLink = Extract<Pending, { step: 'link' }>;

export async function linkSignIn(ctx: Context, { body }: LinkSignInRequest, call: HandlerContext) {
  const form = readOwnForm(ctx, body, call);
  const pending = readPending(ctx, call);
  if (pending?.step !== 'link') return { page: answerTooLate(call) };
  const username = form.get('username') ?? '';
  try {
    const proven = await checkPassword(ctx, { username, password: form.get('password') ?? '' }, call);
    const { hasFactor, ...person } = proven;
    // The second factor is required even for linking, so that a password alone never bypasses it.
    if (hasFactor) await requireFactor(ctx, person.identityId, form.get('code') || undefined);
    return { page: await link(ctx, call, pending, { ...person, hasPassedFactor: hasFactor }) };
  } catch (error) {
    const { status, problem } = formProblem(error);
    return { page: answerPage(call, status, linkPage({ provider: nameOf(pending), username, problem })) };
  }
}

async function link(
  ctx: Context,
  call: HandlerContext,
  pending: ToLink,
  proven: Proven & { hasPassedFactor: boolean },
) {
  const { identityId, passwordHash, hasPassedFactor } = proven;
  const { issuer, subject, organizationId } = pending;
  const memberId = organizationId === null ? undefined : await memberIn(ctx, organizationId, identityId);
  if (organizationId !== null && memberId === undefined) return answerPage(call, 403, noMember);
  const linkedTo = await ctx.db.kysely.transaction().execute(async (trx) => {
    const unchanged = await trx
      .selectFrom('identities')
      .select('id')
      .where('id', '=', identityId)
      .where('password_hash', '=', passwordHash)
      .forShare()
      .executeTakeFirst();
    return unchanged && linkIdentity(ctx, trx, { issuer, subject, organizationId }, identityId);
  });
  ctx.relay.wake();
  if (linkedTo !== identityId) return answerPage(call, 409, linkedElsewhere);
  return memberId === undefined
    ? completeSignIn(ctx, call, { identityId, passwordHash, method: 'google', hasPassedFactor })
    : signInTo(ctx, call, { identityId, passwordHash, memberId, method: 'sso', hasPassedFactor });
}

async function memberIn({ db }: Context, organizationId: bigint, identityId: bigint): Promise<bigint | undefined> {
  const member = await db.kysely
    .selectFrom('memberships')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('identity_id', '=', identityId)
    .where('status', '=', 'active')
    .executeTakeFirst();
  return member?.id;
}

function nameOf({ organizationId, issuer }: ToLink): string {
  return organizationId === null ? 'Google' : new URL(issuer).host;
}

const noMember = endPage('You are not a member of this organization', [
  'Its provider knows you, but nobody has made you a member. Ask an administrator to invite you.',
]);
const linkedElsewhere = endPage('This account is linked to somebody else', ['Nothing was changed. Begin again.']);
