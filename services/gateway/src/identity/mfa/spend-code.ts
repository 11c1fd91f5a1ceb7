import { DomainError } from '@drippulse/errors';
import type { Selectable, Transaction } from 'kysely';
import type { DB, MfaFactors } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { mfaContext } from './context.ts';
import { hashRecoveryCode } from './recovery-codes.ts';
import { stepOf } from './totp.ts';

/**
 * Number of wrong codes in an hour after which all codes are refused for the rest of the hour. With this limit, guesses
 * succeed with a probability of 3 in a million.
 */
const mostFailures = 10;
const hourMs = 3_600_000;

/**
 * Checks and uses up a code of the active factor or, with `isFirst`, of a factor that waits for its first code. Returns
 * `none` if there is no such factor. Each code is accepted once. Wrong codes are counted in a separate transaction, so
 * that they count even if the call fails.
 */
export async function spendCode(
  ctx: Context,
  identityId: bigint,
  { code, isFirst }: { code: string; isFirst: boolean },
): Promise<'right' | 'wrong' | 'none'> {
  const now = ctx.clock.now();
  const outcome = await ctx.db.kysely.transaction().execute(async (trx) => {
    const factor = await trx
      .selectFrom('mfa_factors')
      .selectAll()
      .where('identity_id', '=', identityId)
      .where('enabled_at', isFirst ? 'is' : 'is not', null)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!factor) return 'none';
    const failures = failuresSince(factor, now);
    if (failures.count >= mostFailures) throw tooManyCodes(failures.since, now);
    const taken = await takeCode(ctx, trx, factor, { code, isFirst, now });
    await trx
      .updateTable('mfa_factors')
      .set(
        taken === undefined
          ? { failures: failures.count + 1, failing_since: failures.since }
          : { failures: 0, failing_since: null, last_step: taken },
      )
      .where('identity_id', '=', identityId)
      .execute();
    return taken === undefined ? 'wrong' : 'right';
  });
  if (outcome !== 'none') ctx.metrics.mfaCode(outcome);
  return outcome;
}

/** Returns the new value of `last_step`; undefined when the code is wrong. */
async function takeCode(
  ctx: Context,
  trx: Transaction<DB>,
  { identity_id: identityId, secret, last_step: lastStep }: Selectable<MfaFactors>,
  { code, isFirst, now }: { code: string; isFirst: boolean; now: Date },
): Promise<bigint | null | undefined> {
  const digits = code.replaceAll(/\s/g, '');
  if (/^\d{6}$/.test(digits)) {
    const step = stepOf(ctx.sealer.open(secret, mfaContext(identityId)), digits, now);
    return step === undefined || (lastStep !== null && step <= lastStep) ? undefined : step;
  }
  if (isFirst) return undefined;
  const { numDeletedRows } = await trx
    .deleteFrom('mfa_recovery_codes')
    .where('identity_id', '=', identityId)
    .where('code_hash', '=', hashRecoveryCode(code))
    .executeTakeFirst();
  return numDeletedRows === 0n ? undefined : lastStep;
}

function failuresSince(
  { failures, failing_since: since }: Selectable<MfaFactors>,
  now: Date,
): { count: number; since: Date } {
  const isOver = since === null || now.getTime() - since.getTime() >= hourMs;
  return isOver ? { count: 0, since: now } : { count: failures, since };
}

function tooManyCodes(since: Date, now: Date): DomainError {
  const retryAfterSeconds = Math.ceil((since.getTime() + hourMs - now.getTime()) / 1000);
  return new DomainError('resource_exhausted', 'rate_limited', 'Too many wrong codes.', { retryAfterSeconds });
}
