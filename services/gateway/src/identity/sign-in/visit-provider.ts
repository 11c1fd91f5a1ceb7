import type { HandlerContext } from '@connectrpc/connect';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { beginAttempt, resumeAttempt } from '../oidc/attempt.ts';
import { attemptCookie, endedAttemptCookie, readAttemptCookie } from '../oidc/attempt-cookie.ts';
import type { Claims } from '../oidc/claims.ts';
import { type Oidc, type OidcClient, OidcProblem } from '../oidc/provider.ts';
import { endPage } from '../pages/sign-in.ts';

/** A provider, as pages show it. `place` is unique for each provider, and binds attempts to the provider. */
export type Place = { place: string; name: string; oidc: Oidc; client: OidcClient };

type Page = ReturnType<typeof answerPage>;
export type Answer = { state: string; code: string; error: string; iss: string };

/**
 * Redirects the browser to the provider, and stores the attempt in a cookie of the browser. Responds with a page when
 * the provider cannot be reached.
 */
export async function leaveFor(
  ctx: Context,
  call: HandlerContext,
  { place, name, oidc, client }: Place,
  parameters?: Record<string, string>,
): Promise<{ page?: Page }> {
  const { publicUrl } = ctx.config;
  const attempt = beginAttempt(place, ctx.clock.now());
  try {
    const url = await oidc.authorizeUrl(client, attempt, parameters);
    call.responseHeader.append('set-cookie', attemptCookie(publicUrl, attempt));
    call.responseHeader.set('location', url.href);
    return {};
  } catch (error) {
    return { page: answerProblem(ctx, call, name, error) };
  }
}

/** Returns the provider's claims about the person who comes back, or a page with the reason for the refusal. */
export async function returnFrom(
  ctx: Context,
  call: HandlerContext,
  { place, name, oidc, client }: Place,
  { state, code, error, iss }: Answer,
): Promise<{ claims: Claims } | { page: Page }> {
  const { publicUrl } = ctx.config;
  const text = readAttemptCookie(call.requestHeader.get('cookie'), publicUrl, state);
  const attempt = resumeAttempt(place, text, state, ctx.clock.now());
  if (attempt === undefined) {
    ctx.metrics.signInRefused('unknown_attempt');
    return { page: answerPage(call, 400, unknownAttempt) };
  }
  call.responseHeader.append('set-cookie', endedAttemptCookie(publicUrl, state));
  const given = Object.entries({ state, code, error, iss }).filter(([, value]) => value !== '');
  try {
    return { claims: await oidc.finish(client, attempt, new URLSearchParams(given)) };
  } catch (problem) {
    return { page: answerProblem(ctx, call, name, problem) };
  }
}

function answerProblem(ctx: Context, call: HandlerContext, name: string, error: unknown): Page {
  if (!(error instanceof OidcProblem)) throw error;
  ctx.metrics.signInRefused(error.kind);
  // The cause may contain claims about the person, which must not be logged.
  const { message } = error.cause instanceof Error ? error.cause : error;
  ctx.log.warn({ provider: name, code: error.code, reason: message }, 'a sign-in by a provider failed');
  const sentences = [error.message, `Code: ${error.code}`, 'Nobody was signed in. You can begin again.'];
  return answerPage(call, error.kind === 'refused' ? 400 : 503, endPage(`${name} did not sign you in`, sentences));
}

const unknownAttempt = endPage('This answer belongs to no sign-in', [
  'It was used already, came too late, or comes from another browser than the one that began.',
  'Begin again.',
]);
