import { DomainError } from '@drippulse/errors';

/** Also thrown for a key of another organization. */
export function apiKeyNotFound(): DomainError {
  return new DomainError('not_found', 'api_key_not_found', 'There is no API key with this id.');
}
