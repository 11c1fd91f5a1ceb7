import { isInfrastructureError } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import type { Credentials } from '../identity/credentials.ts';
import type { Authenticate } from '../transcoder/ports.ts';

/** Reads the bearer credential of a request. Which of many things is wrong with one is not told. */
export function createAuthenticate(credentials: Credentials): Authenticate {
  return async ({ raw }) => {
    const credential = /^bearer +(\S+) *$/i.exec(raw.headers.authorization ?? '')?.[1];
    if (credential === undefined) {
      throw new DomainError(
        'unauthenticated',
        'unauthenticated',
        'Send an API key or a session token as "Authorization: Bearer …".',
      );
    }
    const authenticated = await credentials.find(credential).catch(refuseWithoutDatabase);
    if (!authenticated) {
      throw new DomainError('unauthenticated', 'invalid_token', 'The credential is unknown, expired or revoked.');
    }
    return authenticated;
  };
}

/** No answer is not a no: a client that gets 401 here would throw a good credential away. */
function refuseWithoutDatabase(error: unknown): never {
  if (!isInfrastructureError(error)) throw error;
  throw new DomainError('unavailable', 'database_unavailable', 'Credentials cannot be checked right now.', {
    cause: error,
    retryAfterSeconds: 1,
  });
}
