import { DomainError } from '@drippulse/errors';

/** Creates the error for an unknown API key. It is also thrown for a key of a different organization. */
export function apiKeyNotFound(): DomainError {
  return new DomainError('not_found', 'api_key_not_found', 'There is no API key with this id.');
}
