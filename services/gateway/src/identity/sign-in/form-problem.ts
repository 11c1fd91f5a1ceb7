import { DomainError } from '@drippulse/errors';

const wrongCode = 'A code of your authenticator app, or a recovery code, is needed that was not used before.';

/** Returns the text and the page status for a refused name and password. Any other error is rethrown. */
export function formProblem(error: unknown): { status: number; problem: string } {
  if (!(error instanceof DomainError)) throw error;
  if (error.reason === 'mfa_code_required') return { status: 401, problem: wrongCode };
  if (error.kind === 'unauthenticated') return { status: 401, problem: error.message };
  if (error.kind === 'resource_exhausted') {
    const minutes = Math.ceil((error.retryAfterSeconds ?? 60) / 60);
    return {
      status: 429,
      problem: `Too many attempts. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
    };
  }
  throw error;
}
