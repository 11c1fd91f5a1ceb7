import type { Credentials, Provider } from '@drippulse/providers';
import type { Client } from '../oauth/clients.ts';
import { challengeOf } from './secrets.ts';

/**
 * Returns the redirect address that operators register at the providers. All providers have the same redirect address.
 */
export function redirectUrl(publicUrl: string): string {
  return `${publicUrl}/auth/connections/callback`;
}

/**
 * Returns the URL of the provider's consent page (RFC 6749, 4.1.1, and RFC 7636); undefined if the credentials lack a
 * field that the URL needs.
 */
export function consentUrl(
  { oauth }: Provider,
  o: {
    client: Client;
    fields: Credentials;
    scopes: readonly string[];
    state: string;
    verifier: string;
    publicUrl: string;
  },
): string | undefined {
  const base = oauth?.authorizeUrl(o.fields);
  if (oauth === undefined || base === undefined) return undefined;
  const url = new URL(base);
  const parameters = {
    ...oauth.authorizeParams,
    response_type: 'code',
    client_id: o.client.id,
    redirect_uri: redirectUrl(o.publicUrl),
    [oauth.scopeParameter ?? 'scope']: o.scopes.join(oauth.scopeSeparator),
    state: o.state,
    ...(oauth.usesPkce && { code_challenge: challengeOf(o.verifier), code_challenge_method: 'S256' }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
