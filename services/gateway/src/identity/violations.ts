import type { Violation } from '@drippulse/errors';

/** Returns the violations of a required string of at most `max` characters. */
export function textProblems(field: string, text: string | null | undefined, max: number): Violation[] {
  if (text === null || text === undefined || text.trim() === '')
    return [{ field, message: 'must not be empty', code: 'required' }];
  return lengthProblems(field, text, max);
}

/** Returns the violations of an optional string of at most `max` characters. */
export function lengthProblems(field: string, text: string | null | undefined, max: number): Violation[] {
  if (!text || text.length <= max) return [];
  return [{ field, message: `must be at most ${max} characters long`, code: 'length' }];
}
