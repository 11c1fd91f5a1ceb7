import { DomainError, type Violation } from '@drippulse/errors';

/** Refuses all that is wrong with the fields of a request at once. */
export function refuseViolations(violations: Violation[], reason = 'validation_failed'): void {
  const [first] = violations;
  if (!first) return;
  throw new DomainError('invalid', reason, `${first.field} ${first.message}`, { violations });
}

/** The problem of a text that must be there, `max` characters at most. */
export function textProblems(field: string, text: string | null | undefined, max: number): Violation[] {
  if (text === null || text === undefined || text.trim() === '') return [{ field, message: 'must not be empty' }];
  return lengthProblems(field, text, max);
}

/** The problem of a text that may be absent. */
export function lengthProblems(field: string, text: string | null | undefined, max: number): Violation[] {
  if (!text || text.length <= max) return [];
  return [{ field, message: `must be at most ${max} characters long` }];
}
