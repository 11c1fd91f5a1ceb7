import type { IncomingMessage } from 'node:http';
import { DomainError } from '@drippulse/errors';
import type { Credentials } from '../credentials/credentials.ts';
import { readSessionCookie } from '../session-cookie.ts';
import type { Authenticate } from '../transcoder/ports.ts';

/** Reads the credential of a request. The error does not reveal why a credential is refused. */
export function createAuthenticate(credentials: Credentials, { publicUrl }: { publicUrl: string }): Authenticate {
  const { origin } = new URL(publicUrl);

  /** Returns the bearer credential, or the session from the cookie if one of our own pages sent the request. */
  function credentialOf(raw: IncomingMessage): { text: string; isCookie: boolean } {
    const { authorization } = raw.headers;
    const bearer = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (bearer !== undefined) return { text: bearer, isCookie: false };
    const cookie = authorization === undefined ? readSessionCookie(raw.headers.cookie, publicUrl) : undefined;
    if (cookie !== undefined && isOwnPage(raw, origin)) return { text: cookie, isCookie: true };
    throw new DomainError(
      'unauthenticated',
      'unauthenticated',
      'Send an API key or a session token as "Authorization: Bearer …".',
    );
  }

  return async ({ raw, requestId, clientNetwork, isBackground = raw.headers['x-drippulse-background'] === '1' }) => {
    const { text, isCookie } = credentialOf(raw);
    const authenticated = await credentials.find(text, { requestId, clientNetwork, isBackground });
    if (!authenticated || (isCookie && authenticated.sessionId === undefined)) {
      throw new DomainError('unauthenticated', 'invalid_token', 'The credential is unknown, expired or revoked.');
    }
    return authenticated;
  };
}

const safeMethods: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD']);

/**
 * Whether a page of this origin sent the request itself. `SameSite` is not sufficient, because a page on a different
 * port of the host belongs to the same site. Forms, frames of a foreign origin and requests without CORS cannot set the
 * header that changes require.
 */
function isOwnPage({ method, headers }: IncomingMessage, origin: string): boolean {
  const site = headers['sec-fetch-site'];
  // Browsers that do not send this header send at least the origin.
  const isSameOrigin = site === undefined ? headers.origin === origin : site === 'same-origin';
  return isSameOrigin && (safeMethods.has(method) || headers['x-drippulse-dashboard'] === '1');
}
