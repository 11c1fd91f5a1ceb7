import { type Clock, type LoopLog, startLoop } from '@drippulse/loops';
import { askParts, type Parts } from '@drippulse/observability';

/** Watches the components that the gateway needs. */
export type HealthMonitor = { isHealthy(): boolean; stop(): Promise<void> };

/**
 * Time for which a component may be unavailable before the gateway reports `unavailable`. A restart or failover takes
 * less time.
 */
const toleratedMs = 5000;
const checkEveryMs = 2000;
const awayCheckEveryMs = 1000;

/** Checks the components every 2 s, and every second while one is unavailable. */
export function startHealthMonitor(options: { parts: Parts; clock: Clock; log: LoopLog }): HealthMonitor {
  const { parts, clock, log } = options;
  let awaySince: number | undefined;

  const loop = startLoop({
    name: 'health',
    log,
    maxIdleMs: checkEveryMs,
    async run() {
      const answers = await askParts(parts);
      if (Object.values(answers).every(Boolean)) awaySince = undefined;
      else awaySince ??= clock.now().getTime();
      return awaySince === undefined ? checkEveryMs : awayCheckEveryMs;
    },
  });
  return {
    isHealthy: () => awaySince === undefined || clock.now().getTime() - awaySince <= toleratedMs,
    stop: () => loop.stop(),
  };
}
