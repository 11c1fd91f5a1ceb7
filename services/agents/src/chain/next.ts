import type { ChainStep, End } from './step.ts';

/** The next action for an execution. */
export type Next =
  /** Commit the start of another attempt, then make it. */
  | { do: 'perform' }
  | { do: 'wait'; ms: number }
  /** Ask for the state of the enrollment that was started. */
  | { do: 'follow' }
  | { do: 'end'; end: End };

export type ChainState = {
  step: ChainStep;
  maxRetries: number;
  now: Date;
  deadline: Date;
  /** Whether the pause after the last attempt is over. */
  isDue: boolean;
  /** Random number from 0 to 1, for jitter. */
  random: number;
};

/** The first pause between attempts, in milliseconds. */
const firstPauseMs = 500;
const longestPauseMs = 10_000;
/**
 * Time after the first attempt during which a repeated attempt cannot enroll the contact twice. The runtime keeps the
 * keys of enrollments for a day.
 */
const certainMs = 23 * 3_600_000;

/** Decides the next action. A step that has succeeded is never performed again. */
export function next(state: ChainState): Next {
  const { step, now, deadline } = state;
  if (step.status === 'succeeded') return afterSuccess(step);
  if (step.status === 'failed') return { do: 'end', end: failureOf(step) };
  if (isUncertain(state))
    return failed('enrollment_uncertain', 'Nobody knows whether an earlier attempt has enrolled the contact.');
  if (now >= deadline) return failed('timeout', 'The execution took longer than its policy allows.');
  if (step.attempts > state.maxRetries) return failed('provider_unavailable', reasonOf(step));
  const ms = state.isDue ? 0 : pauseOf(state);
  if (ms === 0) return { do: 'perform' };
  // Does not pause beyond the deadline, because the execution ends at the deadline.
  return now.getTime() + ms < deadline.getTime() ? { do: 'wait', ms } : failed('provider_unavailable', reasonOf(step));
}

/** Returns the pause before the next attempt, counted from the end of the last attempt; 0 if nothing has failed. */
function pauseOf({ step: { result, attempts }, random }: ChainState): number {
  if (result?.outcome !== 'passing') return 0;
  const { retryAfterSeconds } = result;
  if (retryAfterSeconds !== undefined) return Math.ceil(retryAfterSeconds * 1000);
  return Math.round(Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1)) * (0.5 + random / 2));
}

function afterSuccess({ kind, result }: ChainStep): Next {
  if (kind === 'enroll') return { do: 'follow' };
  const output = result?.outcome === 'succeeded' ? result.output : {};
  return { do: 'end', end: { status: 'succeeded', output } };
}

function failureOf({ result }: ChainStep): End {
  if (result?.outcome === 'failed') return { status: 'failed', code: result.code, message: result.message };
  return { status: 'failed', code: 'provider_unavailable', message: 'It failed.' };
}

function isUncertain({ step: { kind, firstSentAt }, now }: ChainState): boolean {
  return kind === 'enroll' && firstSentAt !== null && now.getTime() - firstSentAt.getTime() > certainMs;
}

function reasonOf({ result }: ChainStep): string {
  return result?.outcome === 'passing' ? result.error : 'An attempt was interrupted.';
}

function failed(code: string, message: string): Next {
  return { do: 'end', end: { status: 'failed', code, message } };
}
