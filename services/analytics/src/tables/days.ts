import { Temporal } from 'temporal-polyfill';
import type { Period } from './table.ts';

export type Day = Period & { day: string };

/** The days of a time zone that a period touches. The first and the last are as short as the period leaves them. */
export function daysOf({ from, to }: Period, timezone: string): Day[] {
  const days: Day[] = [];
  for (let start = from; start < to; ) {
    const local = Temporal.Instant.fromEpochMilliseconds(start.getTime()).toZonedDateTimeISO(timezone);
    // By the date: where the clocks change at midnight a day begins at 01:00.
    const next = local.toPlainDate().add({ days: 1 }).toZonedDateTime(timezone);
    const midnight = new Date(next.epochMilliseconds);
    const end = midnight < to ? midnight : to;
    days.push({ from: start, to: end, day: local.toPlainDate().toString() });
    start = end;
  }
  return days;
}
