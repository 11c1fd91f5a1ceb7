import { DomainError, type Violation } from '@drippulse/errors';

/** Throws one error with all violations, if there are any. */
export function refuseViolations(violations: Violation[], reason = 'validation_failed'): void {
  const [first] = violations;
  if (!first) return;
  throw new DomainError('invalid', reason, `${first.field} ${first.message}`, { violations });
}

/** Violations of a required text of at most `max` characters. */
export function textProblems(field: string, text: string | null | undefined, max: number): Violation[] {
  if (text === null || text === undefined || text.trim() === '') return [{ field, message: 'must not be empty' }];
  return lengthProblems(field, text, max);
}

/** Violations of an optional text of at most `max` characters. */
export function lengthProblems(field: string, text: string | null | undefined, max: number): Violation[] {
  if (!text || text.length <= max) return [];
  return [{ field, message: `must be at most ${max} characters long` }];
}
