import { nextTick } from '@drippulse/engine';
import type { Violation } from '@drippulse/errors';
import { Temporal } from 'temporal-polyfill';
import type { Parameters } from '../parameters.ts';
import type { ReportSchedule } from './schedule.ts';

type Times = Pick<ReportSchedule, 'cron' | 'timezone'>;

const leastMs = 3_600_000;
/**
 * Number of ticks to check for gaps that are too short. An expression of minutes and hours shows all its gaps within
 * this number of ticks.
 */
const looked = 50;
const longestCron = 200;

/** Returns the violations of a schedule. */
export function scheduleProblems(times: Times, now: Date): Violation[] {
  if (times.cron.length > longestCron) {
    return [{ field: 'cron', message: `must have at most ${longestCron} characters`, code: 'length' }];
  }
  try {
    let last = tickOf(times, now);
    if (last === undefined) return [{ field: 'cron', message: 'never comes', code: 'invalid' }];
    for (let count = 0; count < looked; count += 1) {
      const next = tickOf(times, last);
      if (next === undefined) break;
      if (next.getTime() - last.getTime() < leastMs) {
        return [{ field: 'cron', message: 'must leave at least an hour between two ticks', code: 'range' }];
      }
      last = next;
    }
    return [];
  } catch {
    const message = 'must be hourly, daily, weekly or a cron expression of five fields, with a time zone that exists';
    return [{ field: 'cron', message, code: 'format' }];
  }
}

/** Returns the first tick after a time; null while the schedule is paused, or if no further tick exists. */
export function tickAfter({ paused, ...times }: Times & { paused: boolean }, after: Date): Date | null {
  return paused ? null : (tickOf(times, after) ?? null);
}

function tickOf({ cron, timezone }: Times, after: Date): Date | undefined {
  return nextTick({ frequency: cron, timezone }, after);
}

/**
 * Returns the parameters for the report of a tick. The report's period ends at the tick, and is as long as the given
 * period by the calendar of the time zone. Thirty days stay thirty days when clocks change.
 */
export function parametersOfTick({ from, to, ...rest }: Parameters, tick: Date, timezone: string): Parameters {
  const local = (time: Date) =>
    Temporal.Instant.fromEpochMilliseconds(time.getTime()).toZonedDateTimeISO(timezone).toPlainDateTime();
  const length = local(from).until(local(to));
  const start = local(tick).subtract(length).toZonedDateTime(timezone);
  return { ...rest, from: new Date(start.epochMilliseconds), to: tick };
}
