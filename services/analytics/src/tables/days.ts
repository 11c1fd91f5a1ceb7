import { Temporal } from 'temporal-polyfill';
import type { Period } from './table.ts';

export type Day = Period & { day: string };

/** Returns the days of a time zone that a period touches. The first and the last day are cut to the period. */
export function daysOf({ from, to }: Period, timezone: string): Day[] {
  const days: Day[] = [];
  for (let start = from; start < to; ) {
    const local = Temporal.Instant.fromEpochMilliseconds(start.getTime()).toZonedDateTimeISO(timezone);
    // The end of a day is computed from the date and not from a time of day, because a day begins at 01:00 if the
    // clocks change at midnight.
    const next = local.toPlainDate().add({ days: 1 }).toZonedDateTime(timezone);
    const midnight = new Date(next.epochMilliseconds);
    const end = midnight < to ? midnight : to;
    days.push({ from: start, to: end, day: local.toPlainDate().toString() });
    start = end;
  }
  return days;
}
