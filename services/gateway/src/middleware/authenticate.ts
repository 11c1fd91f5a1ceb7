import { DomainError } from '@drippulse/errors';
import type { Credentials } from '../credentials/credentials.ts';
import type { Authenticate } from '../transcoder/ports.ts';

/** Reads the bearer credential of a request. The error does not say why a credential is refused. */
export function createAuthenticate(credentials: Credentials): Authenticate {
  return async ({ raw, requestId, clientNetwork }) => {
    const credential = /^bearer +(\S+) *$/i.exec(raw.headers.authorization ?? '')?.[1];
    if (credential === undefined) {
      throw new DomainError(
        'unauthenticated',
        'unauthenticated',
        'Send an API key or a session token as "Authorization: Bearer …".',
      );
    }
    const authenticated = await credentials.find(credential, { requestId, clientNetwork });
    if (!authenticated) {
      throw new DomainError('unauthenticated', 'invalid_token', 'The credential is unknown, expired or revoked.');
    }
    return authenticated;
  };
}
