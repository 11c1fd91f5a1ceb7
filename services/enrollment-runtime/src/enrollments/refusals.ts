import { DomainError } from '@drippulse/errors';
import type { Caller } from '@drippulse/rpc';

/** Refuses a test key for what is live: it changes nothing but what test keys made. */
export function requireMode(caller: Caller, mode: string): void {
  if (caller.mode === 'test' && mode !== 'test') {
    throw new DomainError('permission_denied', 'test_mode', 'A test key cannot change a live enrollment.');
  }
}

export function enrollmentNotFound(): DomainError {
  return new DomainError('not_found', 'enrollment_not_found', 'There is no enrollment with this id.');
}
