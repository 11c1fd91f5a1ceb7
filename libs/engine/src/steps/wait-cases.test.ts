import { expect, test } from '@jest/globals';
import { Temporal } from 'temporal-polyfill';
import { defineWorkflow, newRun } from '../../test/workflow.ts';
import { advance, type JsonObject } from '../index.ts';

/**
 * Returns the end of a wait that begins at a local time in a zone. If a local time occurs twice, an offset marks the
 * second occurrence.
 */
function endOf(config: JsonObject, from: string, timezone: string): Temporal.ZonedDateTime {
  const start = Temporal.ZonedDateTime.from(`${from}[${timezone}]`);
  const run = newRun({}, { timezone });
  const { state } = advance(defineWorkflow([{ type: 'wait', ...config }]), run, new Date(start.epochMilliseconds));
  return Temporal.Instant.fromEpochMilliseconds(state.wakeAt ?? 0).toZonedDateTimeISO(timezone);
}

const shown = (end: Temporal.ZonedDateTime) => end.toString({ timeZoneName: 'never', smallestUnit: 'minute' });

/** Adds on the local calendar first, and then finds the moment. The engine uses a different approach. */
function byCalendar(from: string, timezone: string, duration: Temporal.DurationLike): Temporal.ZonedDateTime {
  const local = Temporal.PlainDateTime.from(from.replace(/[+-]\d\d:\d\d$/, ''));
  return local.add(duration).toZonedDateTime(timezone, { disambiguation: 'compatible' });
}

// Calendar units keep the time of day; hours and minutes are exact when clocks change.
test.each<[string, string, number, 'days' | 'weeks', string]>([
  // Clocks go forward.
  ['2026-03-28T12:00', 'Europe/Berlin', 1, 'days', '2026-03-29T12:00+02:00'],
  ['2026-03-07T09:00', 'America/New_York', 1, 'days', '2026-03-08T09:00-04:00'],
  ['2026-03-01T12:00', 'Europe/Berlin', 4, 'weeks', '2026-03-29T12:00+02:00'],
  // The time does not exist, so the result is as far past the end of the gap as the time is past its start.
  ['2026-03-28T02:30', 'Europe/Berlin', 1, 'days', '2026-03-29T03:30+02:00'],
  ['2026-03-07T02:00', 'America/New_York', 1, 'days', '2026-03-08T03:00-04:00'],
  ['2026-03-28T01:59', 'Europe/Berlin', 1, 'days', '2026-03-29T01:59+01:00'],
  // Midnight does not exist.
  ['2026-09-05T00:00', 'America/Santiago', 1, 'days', '2026-09-06T01:00-03:00'],
  // Clocks go back; of two equal local times, the first is used.
  ['2026-10-24T12:00', 'Europe/Berlin', 1, 'days', '2026-10-25T12:00+01:00'],
  ['2026-10-24T02:30', 'Europe/Berlin', 1, 'days', '2026-10-25T02:30+02:00'],
  ['2026-10-31T01:15', 'America/New_York', 1, 'days', '2026-11-01T01:15-04:00'],
  // Zones with offsets of half and quarter hours, and a zone whose clocks move by half an hour.
  ['2026-02-28T23:45', 'Asia/Kolkata', 1, 'days', '2026-03-01T23:45+05:30'],
  ['2026-02-28T23:45', 'Asia/Kathmandu', 1, 'weeks', '2026-03-07T23:45+05:45'],
  ['2026-04-04T12:00', 'Australia/Lord_Howe', 1, 'days', '2026-04-05T12:00+10:30'],
  ['2026-10-03T02:15', 'Australia/Lord_Howe', 1, 'days', '2026-10-04T02:45+11:00'],
  ['2026-09-26T02:45', 'Pacific/Chatham', 1, 'days', '2026-09-27T03:45+13:45'],
  // Leap days.
  ['2028-02-28T08:00', 'Europe/Berlin', 1, 'days', '2028-02-29T08:00+01:00'],
  ['2028-02-28T08:00', 'Europe/Berlin', 2, 'days', '2028-03-01T08:00+01:00'],
  ['2027-02-28T08:00', 'Europe/Berlin', 1, 'days', '2027-03-01T08:00+01:00'],
  ['2028-02-29T08:00', 'UTC', 365, 'days', '2029-02-28T08:00+00:00'],
  // A day that a zone skipped.
  ['2011-12-29T09:00', 'Pacific/Apia', 1, 'days', '2011-12-31T09:00+14:00'],
])('%s in %s and %d %s are %s, as the calendar says', (from, timezone, duration, unit, expected) => {
  const end = endOf({ duration, unit }, from, timezone);
  expect(shown(end)).toBe(expected);
  expect(shown(end)).toBe(shown(byCalendar(from, timezone, { [unit]: duration })));
});

test.each<[string, string, number, 'hours' | 'minutes', string]>([
  ['2026-03-29T01:30', 'Europe/Berlin', 1, 'hours', '2026-03-29T03:30+02:00'],
  ['2026-03-28T12:00', 'Europe/Berlin', 24, 'hours', '2026-03-29T13:00+02:00'],
  ['2026-10-25T02:30+02:00', 'Europe/Berlin', 1, 'hours', '2026-10-25T02:30+01:00'],
  ['2026-10-25T02:30+01:00', 'Europe/Berlin', 30, 'minutes', '2026-10-25T03:00+01:00'],
  ['2026-04-05T01:45', 'Australia/Lord_Howe', 30, 'minutes', '2026-04-05T01:45+10:30'],
  ['2028-02-28T23:30', 'Asia/Kolkata', 1, 'hours', '2028-02-29T00:30+05:30'],
])('%s in %s and %d %s are %s, to the second', (from, timezone, duration, unit, expected) => {
  const end = endOf({ duration, unit }, from, timezone);
  expect(shown(end)).toBe(expected);
  expect(shown(end)).toBe(shown(Temporal.ZonedDateTime.from(`${from}[${timezone}]`).add({ [unit]: duration })));
});

// For a skipped time, the result is the moment at which clocks go forward. For a time that occurs twice, it is the
// first occurrence.
test.each<[string, string, JsonObject, string]>([
  ['2026-03-28T12:00', 'Europe/Berlin', { time_of_day: '02:30' }, '2026-03-29T03:00+02:00'],
  ['2026-10-25T01:00', 'Europe/Berlin', { time_of_day: '02:30' }, '2026-10-25T02:30+02:00'],
  ['2026-10-25T02:30+02:00', 'Europe/Berlin', { time_of_day: '02:30' }, '2026-10-26T02:30+01:00'],
  ['2026-09-05T12:00', 'America/Santiago', { time_of_day: '00:00' }, '2026-09-06T01:00-03:00'],
  ['2026-05-08T18:00', 'Asia/Kathmandu', { time_of_day: '09:00', days_of_week: ['mon'] }, '2026-05-11T09:00+05:45'],
  ['2028-02-28T10:00', 'Asia/Kolkata', { time_of_day: '09:30' }, '2028-02-29T09:30+05:30'],
  ['2028-02-23T10:00', 'Europe/Berlin', { time_of_day: '09:30', days_of_week: ['tue'] }, '2028-02-29T09:30+01:00'],
  ['2011-12-29T10:00', 'Pacific/Apia', { time_of_day: '09:00', days_of_week: ['sat'] }, '2011-12-31T09:00+14:00'],
  ['2026-10-03T12:00', 'Australia/Lord_Howe', { time_of_day: '02:15' }, '2026-10-04T02:30+11:00'],
])('after %s in %s, %j is %s', (from, timezone, config, expected) => {
  expect(shown(endOf(config, from, timezone))).toBe(expected);
});

test.each<[string, string, string]>([
  ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T03:30+02:00'],
  ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T02:30+02:00'],
  ['2026-10-25T02:30+01:00', 'Europe/Berlin', '2026-10-25T02:30+01:00'],
  ['2028-02-29', 'Asia/Kolkata', '2028-02-29T00:00+05:30'],
  ['2026-09-06', 'America/Santiago', '2026-09-06T01:00-03:00'],
])('until %s in %s is %s', (until, timezone, expected) => {
  expect(shown(endOf({ until }, '2026-01-01T00:00', timezone))).toBe(expected);
});
