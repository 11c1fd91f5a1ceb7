import type { Credentials, Grant, Provider, TokenRequest, Tokens } from '@drippulse/providers';
import { maskVerdict, type Refusal, verdictOfFailure } from '../connections/problems.ts';
import type { Context } from '../context.ts';
import { send } from '../send.ts';
import { clientOf } from './clients.ts';

/** Requests tokens from the token endpoint of a provider. The request is sent exactly once. */
export async function askTokens(
  ctx: Context,
  { provider, credentials }: { provider: Provider; credentials: Credentials },
  grant: Grant,
): Promise<{ tokens: Tokens } | { verdict: Refusal }> {
  const { oauth } = provider;
  const url = credentials['token_url'] ?? oauth?.tokenUrl(credentials);
  if (oauth === undefined || url === undefined) {
    const message = `${provider.name} has no address for tokens with these credentials`;
    return { verdict: { class: 'permanent', problem: { code: 'no_token_url', message } } };
  }
  const client = clientOf(ctx, provider, credentials);
  if (client === undefined) {
    const message = `neither the operator nor the connection has a client id and secret of ${provider.name}`;
    return { verdict: { class: 'operator', problem: { code: 'no_client', message } } };
  }
  const secret = { ...credentials, client_secret: client.secret, ...secretOf(grant) };
  try {
    const answer = await sendTokenRequest(ctx, url, oauth.allowed, oauth.request(grant, client));
    const read = oauth.read(answer);
    return 'tokens' in read ? read : { verdict: maskVerdict(provider, secret, read.verdict) };
  } catch (error) {
    return { verdict: maskVerdict(provider, secret, verdictOfFailure(error)) };
  }
}

function secretOf(grant: Grant): Credentials {
  return grant.type === 'refresh_token' ? { refresh_token: grant.refreshToken } : { code: grant.code };
}

/**
 * Sends a request to a token endpoint. A provider may answer such a request only once, so it must not be repeated. The
 * request therefore never uses a kept-alive connection, which the provider may have closed.
 */
export function sendTokenRequest(
  ctx: Context,
  url: string,
  allowed: RegExp,
  { method, headers, query, body }: TokenRequest,
  timeoutMs = ctx.config.tokenTimeoutMs,
) {
  const target = query === undefined ? url : `${url}?${new URLSearchParams(query)}`;
  const encoded = body && encode(body);
  return send(ctx, {
    url: target,
    allowed,
    method,
    headers: { accept: 'application/json', ...(encoded && { 'content-type': encoded.type }), ...headers },
    ...(encoded && { body: encoded.text }),
    timeoutMs,
    maxBytes: 64 * 1024,
    freshConnection: true,
  });
}

function encode(body: NonNullable<TokenRequest['body']>): { type: string; text: string } {
  return 'form' in body
    ? { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(body.form).toString() }
    : { type: 'application/json', text: JSON.stringify(body.json) };
}
