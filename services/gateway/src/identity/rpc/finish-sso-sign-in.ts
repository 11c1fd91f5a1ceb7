import type { HandlerContext } from '@connectrpc/connect';
import type { FinishSsoSignInRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { endPage, linkPage } from '../pages/sign-in.ts';
import { acceptByProvider } from '../sign-in/accept-by-provider.ts';
import { signInTo } from '../sign-in/complete.ts';
import { keepPending } from '../sign-in/pending.ts';
import { returnFrom } from '../sign-in/visit-provider.ts';
import { admit, speaksFor } from '../sso/admit.ts';
import { answerNoSso, findSsoPlace } from '../sso/find-place.ts';

export async function finishSsoSignIn(ctx: Context, request: FinishSsoSignInRequest, call: HandlerContext) {
  const place = await findSsoPlace(ctx, request.slug);
  if (place === undefined) return { page: answerNoSso(call) };
  const arrived = await returnFrom(ctx, call, place, request);
  if ('page' in arrived) return arrived;
  const { claims } = arrived;
  const { issuer, subject } = claims;
  const vouched = { issuer, subject, organizationId: place.sso.organization_id };
  const isSpeaking = claims.email !== undefined && (await speaksFor(ctx, place.sso, claims.email));
  const refused = await acceptByProvider(ctx, call, { vouched, claims, speaksForDomain: isSpeaking });
  if (refused !== undefined) return { page: refused };
  const admitted = await admit(ctx, place.sso, claims);
  ctx.relay.wake();
  switch (admitted.kind) {
    case 'member':
      return { page: await signInTo(ctx, call, { ...admitted, method: 'sso', hasPassedFactor: false }) };
    case 'ask': {
      keepPending(ctx, call, { step: 'link', ...vouched });
      return { page: answerPage(call, 200, linkPage({ provider: place.name })) };
    }
    case 'refused':
      ctx.metrics.signInRefused('no_member');
      return {
        page: answerPage(call, 403, endPage(`You are not a member of ${place.organization}`, admitted.sentences)),
      };
  }
}
