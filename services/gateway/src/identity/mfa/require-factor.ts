import { DomainError } from '@drippulse/errors';
import type { Context } from '../context.ts';
import { spendCode } from './spend-code.ts';

/**
 * Checks and uses up a code of a person who signs in and has a second factor. Throws `mfa_code_required` when the code
 * is missing or wrong.
 */
export async function requireFactor(ctx: Context, identityId: bigint, code: string | undefined): Promise<void> {
  const outcome = code === undefined ? 'wrong' : await spendCode(ctx, identityId, { code, isFirst: false });
  // If the factor was removed a moment ago, the outcome is `none`, and no code is needed.
  if (outcome === 'wrong') throw codeRequired();
}

export function codeRequired(): DomainError {
  return new DomainError(
    'unauthenticated',
    'mfa_code_required',
    'Send a code of the second factor that was not used before.',
  );
}
