import { DomainError } from '@drippulse/errors';
import type { Full } from './find-room.ts';

/**
 * Makes the error for a use that exceeds the month's quota, with facts about the limit, or for a use that an overdue
 * payment prevents.
 */
export function quotaExceeded(full: Full): DomainError {
  if (full.reason === 'payment') return entriesHeld();
  const until = full.resetsAt === undefined ? '' : `; it starts anew at ${full.resetsAt.toISOString()}`;
  const message = `The plan includes ${full.limit} ${full.meter} a month, and ${full.used} are used${until}.`;
  return new DomainError('failed_precondition', 'quota_exceeded', message, { facts: factsOf(full) });
}

/** Makes the error for a use for which the plan has no room, with facts about the limit. */
export function planLimitReached(full: Full): DomainError {
  const message = `The plan includes ${full.limit} ${full.meter}, and ${full.used} exist.`;
  return new DomainError('failed_precondition', 'plan_limit_reached', message, { facts: factsOf(full) });
}

function entriesHeld(): DomainError {
  const message = 'A payment is overdue: new enrollments are refused until it is paid. Running enrollments continue.';
  return new DomainError('failed_precondition', 'payment_overdue', message);
}

function factsOf({ meter, used, limit, resetsAt }: Full) {
  return {
    meter,
    used: Number(used),
    limit: limit === undefined ? null : Number(limit),
    resets_at: resetsAt?.toISOString() ?? null,
  };
}
