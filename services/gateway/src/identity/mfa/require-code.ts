import { DomainError } from '@drippulse/errors';
import type { Context } from '../context.ts';
import { spendCode } from './spend-code.ts';

/** Checks and uses up a code of a signed-in user. Throws when the code is wrong. */
export async function requireCode(
  ctx: Context,
  identityId: bigint,
  given: { code: string; isFirst: boolean },
): Promise<void> {
  const outcome = await spendCode(ctx, identityId, given);
  if (outcome === 'none') throw mfaNotEnabled();
  if (outcome === 'right') return;
  throw new DomainError('failed_precondition', 'invalid_mfa_code', 'The code is wrong, or was used before.');
}

export function mfaNotEnabled(): DomainError {
  return new DomainError('failed_precondition', 'mfa_not_enabled', 'You have no second factor that takes this code.');
}
