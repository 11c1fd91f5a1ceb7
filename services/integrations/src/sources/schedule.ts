import { nextTick, type Schedule } from '@drippulse/engine';
import type { Violation } from '@drippulse/errors';

const leastMs = 5 * 60_000;
/**
 * Number of starts to check for gaps that are too short. An expression of minutes and hours shows all its gaps within
 * this number of starts.
 */
const looked = 50;
const jitterMs = 30_000;

/** Returns the violations of a schedule. */
export function scheduleProblems(schedule: Schedule, now: Date): Violation[] {
  try {
    let last = nextTick(schedule, now);
    if (last === undefined) return [{ field: 'schedule.frequency', message: 'never comes', code: 'invalid' }];
    for (let count = 0; count < looked; count += 1) {
      const next = nextTick(schedule, last);
      if (next === undefined) break;
      if (next.getTime() - last.getTime() < leastMs) {
        return [
          { field: 'schedule.frequency', message: 'must leave at least 5 minutes between two runs', code: 'range' },
        ];
      }
      last = next;
    }
    return [];
  } catch {
    const message = 'must be hourly, daily, weekly or a cron expression of five fields, with a time zone that exists';
    return [{ field: 'schedule', message, code: 'format' }];
  }
}

/**
 * Returns the next start after a time, plus a few random seconds, so that runs due at the full hour do not coincide.
 */
export function nextStart(schedule: Schedule, after: Date, random: () => number = Math.random): Date | null {
  const tick = nextTick(schedule, after);
  return tick === undefined ? null : new Date(tick.getTime() + Math.floor(random() * jitterMs));
}
