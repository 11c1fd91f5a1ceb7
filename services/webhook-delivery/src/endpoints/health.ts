const failuresToFailing = 4;
const daysToDisable = 5;
const windowMs = 5 * 60_000;
const leastAttempts = 10;
const openingShare = 0.7;
const openMs = 60_000;

/** The recent attempts at an endpoint, summarized in the members that decisions need. */
export type Health = {
  consecutiveFailures: number;
  /** Whether `webhook.failing` was raised, and `webhook.recovered` was not raised since. */
  isFailing: boolean;
  /** Time of the first failure since the last success. */
  failingSince: Date | null;
  /**
   * Whether the circuit opened and no attempt has succeeded since. While this is true, each further failure opens the
   * circuit again.
   */
  isCircuitOpen: boolean;
  windowStartedAt: Date | null;
  windowAttempts: number;
  windowFailures: number;
  lastSuccessAt: Date | null;
};

/**
 * The part of an attempt's result that affects the health of its endpoint. Attempts of `webhook.*` events are quiet:
 * they raise no event.
 */
export type Verdict = { isSuccess: boolean; isGone: boolean; asksToStop: boolean; isQuiet: boolean; at: Date };

export type DisabledReason = 'gone' | 'failing' | 'requested';

/** The health after a verdict, and its consequences. */
export type Judgement = {
  health: Health;
  raises?: 'failing' | 'recovered';
  disables?: DisabledReason;
  opensCircuitUntil?: Date;
};

/** The health of an endpoint without attempts: a new endpoint, or one that was enabled again. */
export const newHealth: Health = {
  consecutiveFailures: 0,
  isFailing: false,
  failingSince: null,
  isCircuitOpen: false,
  windowStartedAt: null,
  windowAttempts: 0,
  windowFailures: 0,
  lastSuccessAt: null,
};

/** Returns the health after one more attempt. */
export function judge(health: Health, verdict: Verdict): Judgement {
  return verdict.isSuccess ? succeed(health, verdict) : fail(health, verdict);
}

/**
 * Judges a success, which closes the circuit. If the circuit was open, it also resets the window of failures that
 * opened it.
 */
function succeed(health: Health, { at, isQuiet, asksToStop }: Verdict): Judgement {
  const window = health.isCircuitOpen ? { windowStartedAt: null, windowAttempts: 0, windowFailures: 0 } : {};
  const hasRecovered = health.isFailing && !isQuiet;
  return {
    health: {
      ...newHealth,
      ...countIn({ ...health, ...window }, at, false),
      isFailing: health.isFailing && !hasRecovered,
      lastSuccessAt: at,
    },
    ...(hasRecovered && { raises: 'recovered' }),
    ...(asksToStop && { disables: 'requested' }),
  };
}

function fail(health: Health, { at, isGone, asksToStop, isQuiet }: Verdict): Judgement {
  const window = countIn(health, at, true);
  const consecutiveFailures = health.consecutiveFailures + 1;
  const failingSince = health.failingSince ?? at;
  const startsFailing = !health.isFailing && !isQuiet && consecutiveFailures >= failuresToFailing;
  const opens = health.isCircuitOpen || isMostlyFailing(window);
  const disables = reasonToDisable({ isGone, asksToStop, isTooLong: isFailingForDays(failingSince, at) });
  return {
    health: {
      ...health,
      ...window,
      consecutiveFailures,
      failingSince,
      isFailing: health.isFailing || startsFailing,
      isCircuitOpen: opens,
    },
    ...(startsFailing && { raises: 'failing' }),
    ...(disables && { disables }),
    ...(opens && { opensCircuitUntil: new Date(at.getTime() + openMs) }),
  };
}

function reasonToDisable(o: { isGone: boolean; asksToStop: boolean; isTooLong: boolean }): DisabledReason | undefined {
  if (o.isGone) return 'gone';
  if (o.asksToStop) return 'requested';
  return o.isTooLong ? 'failing' : undefined;
}

type Window = Pick<Health, 'windowStartedAt' | 'windowAttempts' | 'windowFailures'>;

function countIn({ windowStartedAt, windowAttempts, windowFailures }: Window, at: Date, isFailure: boolean): Window {
  const isOver = windowStartedAt === null || at.getTime() - windowStartedAt.getTime() >= windowMs;
  return {
    windowStartedAt: isOver ? at : windowStartedAt,
    windowAttempts: (isOver ? 0 : windowAttempts) + 1,
    windowFailures: (isOver ? 0 : windowFailures) + (isFailure ? 1 : 0),
  };
}

function isMostlyFailing({ windowAttempts, windowFailures }: Window): boolean {
  return windowAttempts >= leastAttempts && windowFailures >= openingShare * windowAttempts;
}

function isFailingForDays(since: Date, at: Date): boolean {
  return at.getTime() - since.getTime() >= daysToDisable * 86_400_000;
}
