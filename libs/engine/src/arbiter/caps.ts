import { Temporal } from 'temporal-polyfill';
import { addSpan, momentOf } from '../time/spans.ts';
import type { Cap, Span } from './rules.ts';

/** Days from 1970-01-01 to the first Monday: calendar weeks begin on Mondays. */
const firstMonday = 4;
const epoch = Temporal.PlainDate.from('1970-01-01');
/**
 * Maximum number of full periods of a cap that the search tries in succession. The maximum guarantees that the search
 * ends.
 */
const mostPeriods = 1_000;

/** Counts the sends that fall into the cap's period that contains `now`. */
export function countedBy(cap: Cap, times: readonly number[], now: number, timezone: string): number {
  if (cap.window === 'rolling')
    return times.filter((at) => addSpan(at, cap.per.duration, cap.per.unit, timezone) > now).length;
  const { start, end } = periodOf(cap.per, now, timezone);
  return times.filter((at) => at >= start && at < end).length;
}

/**
 * Returns the earliest time, not before `now`, at which a cap allows one more send besides the sends at these times.
 */
export function freeAt(cap: Cap, times: readonly number[], now: number, timezone: string): number {
  if (cap.window === 'rolling') {
    const ends = times.map((at) => addSpan(at, cap.per.duration, cap.per.unit, timezone)).sort((a, b) => a - b);
    // There is room for one more send once all but `limit - 1` of the sends have left the window.
    return Math.max(now, ends[ends.length - cap.limit] ?? now);
  }
  let at = now;
  for (let count = 0; count < mostPeriods && countedBy(cap, times, at, timezone) >= cap.limit; count++) {
    at = periodOf(cap.per, at, timezone).end;
  }
  return at;
}

/** Returns the calendar period that contains a time: days count from 1970, weeks from the first Monday. */
function periodOf({ duration, unit }: Span, at: number, timezone: string): { start: number; end: number } {
  const date = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone).toPlainDate();
  const [offset, days] = unit === 'weeks' ? [firstMonday, 7 * duration] : [0, duration];
  const day = epoch.until(date, { largestUnit: 'days' }).days - offset;
  const first = Math.floor(day / days) * days + offset;
  const midnight = (number: number) => momentOf(epoch.add({ days: number }).toPlainDateTime(), timezone);
  return { start: midnight(first), end: midnight(first + days) };
}
