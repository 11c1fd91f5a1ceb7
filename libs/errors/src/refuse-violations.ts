import { DomainError, type Violation } from './errors.ts';

/**
 * Refuses a request (`invalid`) with all of its violations; does nothing when there are none. The message is the first
 * violation's message, after the name of its field.
 */
export function refuseViolations(violations: readonly Violation[], reason = 'validation_failed'): void {
  const [first] = violations;
  if (first === undefined) return;
  throw new DomainError('invalid', reason, `${first.field} ${first.message}`, { violations: [...violations] });
}
