import { parseJson } from '@drippulse/json';
import { objectOf, textOf } from './reading.ts';

/**
 * Returns the mail address in an id token, in lower case; undefined if the token has none. The signature is not
 * checked, because the token was sent by the token endpoint itself, over TLS (OpenID Connect Core §3.1.3.7).
 */
export function emailClaim(idToken: string | undefined): string | undefined {
  const payload = idToken?.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    return textOf(objectOf(parseJson(Buffer.from(payload, 'base64url').toString('utf8')))['email'])?.toLowerCase();
  } catch {
    return undefined;
  }
}
