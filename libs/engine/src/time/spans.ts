import { Temporal } from 'temporal-polyfill';

/** Units in which the length of a wait is given. */
export const units = ['seconds', 'minutes', 'hours', 'days', 'weeks'] as const;
export type Unit = (typeof units)[number];

/** Length of a unit in milliseconds. For days and weeks it assumes that clocks do not change. */
export const unitMs: Record<Unit, number> = {
  seconds: 1_000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
};

/** Adds a length of time. Days and weeks keep the time of day if clocks change in between. */
export function addSpan(now: number, duration: number, unit: Unit, timezone: string): number {
  // Most enrollments use UTC, which never changes its clocks.
  if ((unit !== 'days' && unit !== 'weeks') || timezone === 'UTC') return now + Math.round(duration * unitMs[unit]);
  return zoned(now, timezone).add({ [unit]: duration }).epochMilliseconds;
}

/**
 * Returns the next time after `now` at which clocks in `timezone` show `timeOfDay` on one of `days` (1 Monday to 7
 * Sunday; empty: all). For a time that is skipped when clocks go forward, returns the moment of the change. For a time
 * that occurs twice, returns the first occurrence.
 */
export function nextTimeOfDay(now: number, timeOfDay: string, days: ReadonlySet<number>, timezone: string): number {
  const time = Temporal.PlainTime.from(timeOfDay);
  let date = zoned(now, timezone).toPlainDate();
  for (;;) {
    const at = momentOf(date.toPlainDateTime(time), timezone);
    if (at > now && (days.size === 0 || days.has(date.dayOfWeek))) return at;
    date = date.add({ days: 1 });
  }
}

/** Formats a length of time in words, in its two largest units: "2 days 3 hours". */
export function describeSpan(ms: number): string {
  let rest = Math.max(0, Math.round(ms / 1_000)) * 1_000;
  const parts: string[] = [];
  for (const unit of ['days', 'hours', 'minutes', 'seconds'] as const) {
    const count = Math.floor(rest / unitMs[unit]);
    rest -= count * unitMs[unit];
    if (count > 0 && parts.length < 2) parts.push(countOf(count, unit));
  }
  return parts.join(' ') || '0 seconds';
}

/** Formats a number of units: "1 hour", "2 hours". */
export function countOf(count: number, unit: Unit): string {
  return `${count} ${count === 1 ? unit.slice(0, -1) : unit}`;
}

/** Returns the first moment at which clocks in `timezone` show a local time, or the end of the gap that skips it. */
export function momentOf(local: Temporal.PlainDateTime, timezone: string): number {
  const later = local.toZonedDateTime(timezone, { disambiguation: 'compatible' });
  if (later.toPlainDateTime().equals(local)) return later.epochMilliseconds;
  const earlier = local.toZonedDateTime(timezone, { disambiguation: 'earlier' });
  return earlier.getTimeZoneTransition('next')?.epochMilliseconds ?? later.epochMilliseconds;
}

function zoned(ms: number, timezone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone);
}
