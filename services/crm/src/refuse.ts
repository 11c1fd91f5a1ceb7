import { DomainError, type Violation } from '@drippulse/errors';

/** Refuses a request with all its violations; does nothing without any. */
export function refuse(violations: Violation[]): void {
  const [first] = violations;
  if (first === undefined) return;
  throw new DomainError('invalid', 'validation_failed', `${first.field} ${first.message}`, { violations });
}
