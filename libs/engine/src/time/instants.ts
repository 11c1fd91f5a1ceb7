import { isRawNumber } from '@drippulse/json';
import { Temporal } from 'temporal-polyfill';

/**
 * Numbers of at least this value are milliseconds since 1970, smaller numbers are seconds. 1e11 seconds is the year
 * 5138.
 */
const firstMilliseconds = 1e11;
const latestMs = 8.64e15;
const longestText = 100;

/** Whether a name is a known time zone. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * Parses a point in time to epoch milliseconds: an ISO 8601 timestamp, a local date or time without offset (in
 * `timezone`), or a number of seconds or milliseconds. Returns undefined for any other value.
 */
export function parseInstant(value: unknown, timezone: string): number | undefined {
  if (isRawNumber(value)) return fromNumber(Number(value.rawJSON));
  if (typeof value === 'number') return fromNumber(value);
  if (typeof value !== 'string') return undefined;
  const text = value.length <= longestText ? value.trim() : '';
  return /^\d{9,}$/.test(text) ? fromNumber(Number(text)) : parseText(text, timezone);
}

function fromNumber(value: number): number | undefined {
  const ms = Math.abs(value) >= firstMilliseconds ? value : value * 1000;
  return Math.abs(ms) <= latestMs ? Math.trunc(ms) : undefined;
}

function parseText(text: string, timezone: string): number | undefined {
  if (!/^[+-]?\d{4}/.test(text)) return undefined;
  try {
    if (/[T ].*(?:Z|[+-]\d{2}(?::?\d{2})?)(?:\[|$)/i.test(text)) return Temporal.Instant.from(text).epochMilliseconds;
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timezone).epochMilliseconds;
  } catch {
    return undefined;
  }
}

/** Formats a point in time for people and logs: RFC 3339 in UTC, without milliseconds if they are 0. */
export function formatInstant(ms: number): string {
  if (ms !== formatted?.ms) formatted = { ms, text: new Date(ms).toISOString().replace('.000Z', 'Z') };
  return formatted.text;
}

/** Caches the last result, because contacts that enter together wait until the same time. */
let formatted: { ms: number; text: string } | undefined;
