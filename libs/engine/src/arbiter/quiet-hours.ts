import { Temporal } from 'temporal-polyfill';
import { momentOf } from '../time/spans.ts';
import type { QuietHours } from './rules.ts';

/** Maximum number of adjoining windows that the search follows. The maximum guarantees that the search ends. */
const mostInARow = 32;

/**
 * Returns the end of the quiet hours at `now`, across all windows that follow each other without a gap; undefined if
 * `now` is not in quiet hours. Begin and end are times of day, even when clocks change. For a time of day that is
 * skipped when clocks go forward, the moment of the change is used.
 */
export function quietUntil(
  rules: readonly QuietHours[],
  { channel, now, timezone }: { channel: string; now: number; timezone: string },
): number | undefined {
  const windows = rules.filter((rule) => rule.channel === null || rule.channel === channel);
  let until = now;
  for (let count = 0; count < mostInARow; count++) {
    const ends = windows.flatMap((rule) => endOf(rule, until, timezone) ?? []);
    if (ends.length === 0) break;
    until = Math.max(...ends);
  }
  return until > now ? until : undefined;
}

/**
 * Returns the end of the window that contains `at`: a window that began today, or one that began yesterday and lasts
 * past midnight.
 */
function endOf({ from, to, days }: QuietHours, at: number, timezone: string): number | undefined {
  const today = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone).toPlainDate();
  for (const date of [today, today.subtract({ days: 1 })]) {
    if (days.length > 0 && !days.includes(date.dayOfWeek)) continue;
    const begin = momentAt(date, from, timezone);
    const end = momentAt(to > from ? date : date.add({ days: 1 }), to, timezone);
    if (begin <= at && at < end) return end;
  }
  return undefined;
}

function momentAt(date: Temporal.PlainDate, time: string, timezone: string): number {
  if (time === '24:00') return momentAt(date.add({ days: 1 }), '00:00', timezone);
  return momentOf(date.toPlainDateTime(Temporal.PlainTime.from(time)), timezone);
}
