import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { endPage } from '../pages/sign-in.ts';
import type { Place } from './visit-provider.ts';

/** Returns Google as a sign-in provider, if the operator has configured an application there. */
export function googleOf(ctx: Context): Place | undefined {
  const { google } = ctx.providers;
  return google && { place: 'google', name: 'Google', ...google };
}

/** Responds with the settings that the operator must configure: a page for browsers, otherwise a problem document. */
export function answerNotConfigured(ctx: Context, call: HandlerContext) {
  if (!/\btext\/html\b/i.test(call.requestHeader.get('accept') ?? '')) {
    throw new DomainError('unavailable', 'google_not_configured', sentences(ctx).join(' '));
  }
  return answerPage(
    call,
    503,
    endPage('Nobody can sign in with Google yet', ['google_not_configured', ...sentences(ctx)]),
  );
}

function sentences({ config }: Context): string[] {
  return [
    'The operator of this installation has to set GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET and PUBLIC_URL.',
    `At Google, the redirect address of the client is ${config.publicUrl}/auth/google_oauth2/callback.`,
  ];
}
