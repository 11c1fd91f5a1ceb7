import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { answerPage } from '@drippulse/service/pages';
import { sql } from 'kysely';
import { sessionCookie } from '../../session-cookie.ts';
import type { Context } from '../context.ts';
import { hasFactor } from '../mfa/has-factor.ts';
import { type Choice, choosePage, codePage, endPage, signedInPage } from '../pages/sign-in.ts';
import type { SignInMethod } from '../sessions/method.ts';
import { startSession } from '../sessions/start-session.ts';
import { endPending, keepPending } from './pending.ts';

type Known = { identityId: bigint; passwordHash?: string | undefined };

/**
 * Signs in a browser whose person is known. Asks for the second factor first, if it is missing, then for an
 * organization, if there are several.
 */
export async function completeSignIn(
  ctx: Context,
  call: HandlerContext,
  who: Known & { method: 'password' | 'google'; hasPassedFactor: boolean },
) {
  const { identityId, method, passwordHash } = who;
  if (!who.hasPassedFactor && (await needsCode(ctx, identityId))) {
    keepPending(ctx, call, { step: 'code', identityId, method, passwordHash });
    return answerPage(call, 200, codePage({}));
  }
  const choices = await choicesOf(ctx, who.identityId);
  const [only, ...others] = choices;
  if (only === undefined) return answerPage(call, 403, endPage('You belong to no organization', noOrganization));
  if (others.length === 0) return signInTo(ctx, call, { ...who, memberId: only.memberId });
  keepPending(ctx, call, { step: 'choose', ...who });
  return answerPage(call, 200, choosePage(choices));
}

/** Signs a browser in to one organization, and removes the cookies of the earlier steps. */
export async function signInTo(
  ctx: Context,
  call: HandlerContext,
  { passwordHash, ...who }: Known & { memberId: bigint; method: SignInMethod; hasPassedFactor: boolean },
) {
  endPending(ctx, call);
  const session = await startSession(ctx, call, { ...who, ...(passwordHash !== undefined && { passwordHash }) }).catch(
    (error: unknown) => (isSsoRequired(error) ? ('sso_required' as const) : Promise.reject(error)),
  );
  if (session === 'sso_required') return answerPage(call, 403, endPage('Sign in by your organization', ssoRequired));
  if (session === undefined) return answerPage(call, 403, endPage('You are not signed in', changed));
  const { token, expiresAt, member } = session;
  const secondsLeft = (expiresAt.getTime() - ctx.clock.now().getTime()) / 1000;
  call.responseHeader.append('set-cookie', sessionCookie(ctx.config.publicUrl, token, secondsLeft));
  const { name } = await ctx.db.kysely
    .selectFrom('organizations')
    .select('name')
    .where('id', '=', member.organization_id)
    .executeTakeFirstOrThrow();
  ctx.metrics.signedIn(who.method);
  return answerPage(call, 200, signedInPage({ organization: name, username: member.username, role: member.role }));
}

async function needsCode({ db }: Context, identityId: bigint): Promise<boolean> {
  const row = await db.kysely.selectNoFrom(hasFactor(sql`${identityId}`).as('is_there')).executeTakeFirstOrThrow();
  return row.is_there;
}

/** Lists the organizations of which an identity is an active member. */
function choicesOf(ctx: Context, identityId: bigint): Promise<Choice[]> {
  return ctx.db.kysely
    .selectFrom('memberships')
    .innerJoin('organizations', 'organizations.id', 'memberships.organization_id')
    .select(['memberships.id as memberId', 'organizations.name as organization'])
    .where('memberships.identity_id', '=', identityId)
    .where('memberships.status', '=', 'active')
    .orderBy('organizations.name')
    .orderBy('memberships.id')
    .execute();
}

function isSsoRequired(error: unknown): boolean {
  return error instanceof DomainError && error.reason === 'sso_required';
}

const ssoRequired = [
  'This organization lets its members sign in by its own provider only.',
  'Enter the short name of the organization on the page to sign in.',
];
const noOrganization = [
  'Nobody has made you a member yet, or you no longer are one. Ask an administrator to invite you.',
];
const changed = ['Your membership or your password has changed meanwhile. Sign in again.'];
