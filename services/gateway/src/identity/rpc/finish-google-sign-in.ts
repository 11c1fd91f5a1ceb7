import type { HandlerContext } from '@connectrpc/connect';
import type { FinishGoogleSignInRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import type { Claims } from '../oidc/claims.ts';
import { linkPage } from '../pages/sign-in.ts';
import { acceptByProvider } from '../sign-in/accept-by-provider.ts';
import { completeSignIn } from '../sign-in/complete.ts';
import { answerNotConfigured, googleOf } from '../sign-in/google.ts';
import { googleSpeaksFor, judge } from '../sign-in/judge.ts';
import { linkIdentity } from '../sign-in/link.ts';
import { findLinked, identitiesWith, type Vouched } from '../sign-in/links.ts';
import { keepPending } from '../sign-in/pending.ts';
import { returnFrom } from '../sign-in/visit-provider.ts';

export async function finishGoogleSignIn(ctx: Context, request: FinishGoogleSignInRequest, call: HandlerContext) {
  const google = googleOf(ctx);
  if (google === undefined) return { page: answerNotConfigured(ctx, call) };
  const arrived = await returnFrom(ctx, call, google, request);
  if ('page' in arrived) return arrived;
  const { issuer, subject } = arrived.claims;
  const vouched: Vouched = { issuer, subject, organizationId: null };
  const { claims } = arrived;
  const refused = await acceptByProvider(ctx, call, { vouched, claims, speaksForDomain: googleSpeaksFor(claims) });
  if (refused !== undefined) return { page: refused };
  const identityId = await identify(ctx, vouched, claims);
  if (identityId !== undefined)
    return { page: await completeSignIn(ctx, call, { identityId, method: 'google', hasPassedFactor: false }) };
  keepPending(ctx, call, { step: 'link', ...vouched });
  return { page: answerPage(call, 200, linkPage({ provider: google.name })) };
}

/**
 * Finds the person's identity, and links it if needed; undefined if the person must prove the identity with the
 * password.
 */
async function identify(ctx: Context, vouched: Vouched, claims: Claims): Promise<bigint | undefined> {
  const { kysely } = ctx.db;
  const judged = judge({
    linkedTo: await findLinked(kysely, vouched, ctx.clock.now()),
    isEmailVerified: claims.isEmailVerified,
    speaksForDomain: googleSpeaksFor(claims),
    candidates: claims.email === undefined ? [] : await identitiesWith(kysely, claims.email),
  });
  if (judged.kind === 'linked') return judged.identityId;
  if (judged.kind !== 'link') return undefined;
  const linkedTo = await kysely.transaction().execute((trx) => linkIdentity(ctx, trx, vouched, judged.identityId));
  ctx.relay.wake();
  return linkedTo;
}
