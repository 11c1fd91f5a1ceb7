import { Cron } from 'croner';
import { Temporal } from 'temporal-polyfill';
import { momentOf } from './spans.ts';

/** A schedule of ticks. `frequency` is hourly, daily, weekly or a cron expression of five fields. */
export type Schedule = { frequency: string; timezone: string };

const named: Record<string, string> = { hourly: '0 * * * *', daily: '0 0 * * *', weekly: '0 0 * * 1' };

/**
 * Returns the first tick after `after`; undefined if there is none. A local time that is skipped when clocks go forward
 * ticks at the next time that exists; a time that occurs twice ticks once. To achieve this, the expression is evaluated
 * on the local calendar, and only the results are converted to points in time.
 */
export function nextTick({ frequency, timezone }: Schedule, after: Date): Date | undefined {
  const cron = cronOf(frequency);
  const start = Temporal.Instant.fromEpochMilliseconds(after.getTime()).toZonedDateTimeISO(timezone);
  let local = cron.nextRun(new Date(`${start.toPlainDateTime()}Z`));
  while (local !== null) {
    const at = momentOf(Temporal.PlainDateTime.from(local.toISOString().slice(0, -1)), timezone);
    if (at > after.getTime()) return new Date(at);
    local = cron.nextRun(local);
  }
  return undefined;
}

/** Returns the problem of a frequency as the end of a sentence; undefined if there is no problem. */
export function frequencyProblem(frequency: string): string | undefined {
  try {
    cronOf(frequency);
    return undefined;
  } catch {
    return 'must be hourly, daily, weekly or a cron expression of five fields';
  }
}

/** Parses an expression. Refuses `?`, which would mean the time of parsing. */
function cronOf(frequency: string): Cron {
  const name = frequency.trim().toLowerCase();
  const expression = Object.hasOwn(named, name) ? (named[name] ?? name) : name;
  if (!/^[^\s?]+(?:\s+[^\s?]+){4}$/.test(expression)) throw new RangeError('five fields are needed');
  return new Cron(expression, { timezone: 'UTC', mode: '5-part', paused: true });
}
