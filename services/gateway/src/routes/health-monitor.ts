import { type Clock, type LoopLog, startLoop } from '@drippulse/loops';

/** Knows whether the parts that nothing works without are there. */
export type HealthMonitor = { isHealthy(): boolean; stop(): Promise<void> };

/** How long a part may be away before the whole is called unavailable: a restart or failover is shorter. */
const toleratedMs = 5000;
const checkEveryMs = 2000;
const awayCheckEveryMs = 1000;
const timeoutMs = 2000;

/**
 * Asks `check` every 2 s whether every needed part answers, once a second while one does not; a check that throws or hangs
 * counts as no.
 */
export function startHealthMonitor(options: { check(): Promise<boolean>; clock: Clock; log: LoopLog }): HealthMonitor {
  const { check, clock, log } = options;
  let awaySince: number | undefined;

  const loop = startLoop({
    name: 'health',
    log,
    maxIdleMs: checkEveryMs,
    async run() {
      const isThere = await within(timeoutMs, check());
      if (isThere) awaySince = undefined;
      else awaySince ??= clock.now().getTime();
      return awaySince === undefined ? checkEveryMs : awayCheckEveryMs;
    },
  });
  return {
    isHealthy: () => awaySince === undefined || clock.now().getTime() - awaySince <= toleratedMs,
    stop: () => loop.stop(),
  };
}

async function within(ms: number, check: Promise<boolean>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), ms);
  try {
    return await Promise.race([check, late.promise]);
  } catch {
    return false; // what is away is what this reports
  } finally {
    clearTimeout(timer);
  }
}
