import { type Clock, type LoopLog, startLoop } from '@drippulse/loops';

/** Watches the parts that the gateway needs. */
export type HealthMonitor = { isHealthy(): boolean; stop(): Promise<void> };

/** A part may be away this long before the gateway reports `unavailable`. A restart or failover is shorter. */
const toleratedMs = 5000;
const checkEveryMs = 2000;
const awayCheckEveryMs = 1000;
const timeoutMs = 2000;

/**
 * Calls `check` every 2 s, and every second while a part is away. A check that throws or hangs counts as a part that is
 * away.
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
    return false; // the monitor reports failures as a part that is away
  } finally {
    clearTimeout(timer);
  }
}
