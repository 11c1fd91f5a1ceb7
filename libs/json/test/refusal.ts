import { DomainError } from '@drippulse/errors';

/** Returns the refusal that a call throws, as plain data. Rethrows any other error. */
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
