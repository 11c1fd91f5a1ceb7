import { withImplied } from '../answers/implied-scopes.ts';
import { grantParameters, readTokenAnswer } from '../answers/token-answers.ts';
import type { Credentials, OAuth } from '../provider.ts';

/** Pattern of a subdomain, which is the name of an account and never a whole host. */
export const subdomain = /^[a-z0-9][a-z0-9-]{0,62}$/;

export function originOf({ subdomain: name }: Credentials): string | undefined {
  return name !== undefined && subdomain.test(name) ? `https://${name}.zendesk.com` : undefined;
}

/**
 * Requested lifetimes in seconds. A refresh immediately ends the old access token, so calls under way get 401 and are
 * repeated with the new token. Long lifetimes make this rare. Lifetimes are always requested, because otherwise older
 * clients get no refresh token.
 */
const lives = { expires_in: '172800', refresh_token_expires_in: '7776000' };

/** Scopes that cover all resources. */
const wide = {
  read: ['tickets:read', 'users:read', 'organizations:read'],
  write: ['tickets:write', 'users:write', 'organizations:write'],
};

/** A client belongs to one account, so each connection has its own id and secret. */
export const oauth: OAuth = {
  authorizeUrl: (credentials) => urlOf(credentials, '/oauth/authorizations/new'),
  tokenUrl: (credentials) => urlOf(credentials, '/oauth/tokens'),
  revoke(credentials) {
    const url = urlOf(credentials, '/api/v2/oauth/tokens/current');
    const token = credentials['access_token'];
    if (!url || !token) return undefined;
    return { url, request: { method: 'DELETE', headers: { authorization: `Bearer ${token}` } } };
  },
  allowed: /^[a-z0-9][a-z0-9-]{0,62}\.zendesk\.com$/,
  usesPkce: true,
  scopeSeparator: ' ',
  baseScopes: ['users:read'],
  rotates: true,
  accessTokenSeconds: 1800,
  idleDays: 30,
  request: (grant, { id, secret }) => ({
    method: 'POST',
    headers: {},
    body: { form: { ...grantParameters(grant), client_id: id, client_secret: secret, ...lives } },
  }),
  read(answer) {
    const read = readTokenAnswer(answer);
    if ('verdict' in read) return read;
    return { tokens: { ...read.tokens, scopes: withImplied(read.tokens.scopes, wide) } };
  },
};

function urlOf(credentials: Credentials, path: string): string | undefined {
  const origin = originOf(credentials);
  return origin && `${origin}${path}`;
}
