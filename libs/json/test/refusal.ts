import { DomainError } from '@drippulse/errors';

/** What a call refuses with, as plain data; anything but a DomainError is thrown on. */
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
