import { DomainError } from '@drippulse/errors';

export function enrollmentNotFound(): DomainError {
  return new DomainError('not_found', 'enrollment_not_found', 'There is no enrollment with this id.');
}
