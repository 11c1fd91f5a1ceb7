import type { ProviderAnswer } from '../calls.ts';
import type { Problem, Verdict } from '../outcomes.ts';
import type { Grant, Tokens } from '../provider.ts';
import { judgeByStatus } from './judge-by-status.ts';
import { amountOf, objectOf, textOf } from './reading.ts';

/** Returns the parameters of a request to a token endpoint (RFC 6749 §4.1.3, §6; RFC 7636 §4.5). */
export function grantParameters(grant: Grant): Record<string, string> {
  if (grant.type === 'refresh_token') return { grant_type: 'refresh_token', refresh_token: grant.refreshToken };
  const { code, redirectUri, verifier } = grant;
  const proof: Record<string, string> = verifier === undefined ? {} : { code_verifier: verifier };
  return { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...proof };
}

/**
 * Errors of a token endpoint that concern the client. If the client belongs to the operator, a customer cannot fix
 * them.
 */
const clientErrors = new Set([
  'invalid_client',
  'invalid_client_id',
  'unauthorized_client',
  'deleted_client',
  'inactive_org',
]);
/** Errors of a token endpoint that concern the grant. The customer must then reconnect. */
const grantErrors = new Set(['invalid_grant', 'access_denied', 'inactive_user']);

/** Reads the tokens in a response of a token endpoint (RFC 6749 §5), or interprets the error in the response. */
export function readTokenAnswer(answer: ProviderAnswer): ReturnType<TokenReader> {
  const body = objectOf(answer.body);
  const accessToken = textOf(body['access_token']);
  if (answer.status >= 200 && answer.status < 300 && accessToken !== undefined)
    return {
      tokens: {
        accessToken,
        refreshToken: textOf(body['refresh_token']),
        expiresInSeconds: amountOf(body['expires_in']),
        refreshExpiresInSeconds: amountOf(body['refresh_token_expires_in']),
        scopes: textOf(body['scope'])?.split(/[ ,]+/),
      },
    };
  return { verdict: judgeTokenError(answer, textOf(body['error']), textOf(body['error_description'])) };
}

type TokenReader = (answer: ProviderAnswer) => { tokens: Tokens } | { verdict: TokenError };
export type TokenError = Exclude<Verdict, { class: 'ok' | 'done' }>;

/**
 * Interprets an error of a token endpoint. If the refresh may have happened, the verdict is `unknown`, because the
 * provider may already have replaced the refresh token.
 */
export function judgeTokenError(
  answer: ProviderAnswer,
  error: string | undefined,
  description: string | undefined,
): TokenError {
  const code = error ?? `http_${answer.status}`;
  const problem: Problem = { code, message: description ?? `The token endpoint answered ${code}` };
  if (error !== undefined && clientErrors.has(error)) return { class: 'operator', problem };
  if (error !== undefined && grantErrors.has(error)) return { class: 'credentials', problem };
  const verdict = judgeByStatus(answer, { host: '', method: 'POST', path: '' }, problem);
  return 'problem' in verdict ? verdict : { class: 'unknown', problem };
}
