import { DomainError } from '@drippulse/errors';

/** Returns the refusal of a call as plain data. Throws any other error. */
export function refusal(run: () => unknown): { kind: string; reason: string; errors: Record<string, string> } {
  try {
    run();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const errors = Object.fromEntries(error.violations.map(({ field, message }) => [field, message]));
    return { kind: error.kind, reason: error.reason, errors };
  }
  throw new Error('it was not refused');
}
