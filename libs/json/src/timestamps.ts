import { create } from '@bufbuild/protobuf';
import { type Timestamp, TimestampSchema } from '@bufbuild/protobuf/wkt';

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:[Zz]|[+-](\d\d):(\d\d))$/;

// Years 1 to 9999, the range of google.protobuf.Timestamp.
const minSeconds = -62_135_596_800;
const maxSeconds = 253_402_300_799;

/** Parses an RFC 3339 timestamp. Returns undefined for any other text and for a day that does not exist. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const parts = rfc3339.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', offsetHour = '0', offsetMinute = '0'] = parts;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59 || Number(year) === 0) return undefined;
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  // Date.UTC turns the 30th of February into March, and years below 100 into the 1900s.
  const date = new Date(local);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  const sign = text.includes('-', 19) ? 1 : -1;
  const offsetSeconds = sign * (Number(offsetHour) * 3600 + Number(offsetMinute) * 60);
  const seconds = date.getTime() / 1000 + offsetSeconds;
  if (seconds < minSeconds || seconds > maxSeconds) return undefined;
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: Number(fraction.padEnd(9, '0')) });
}

/** Formats a timestamp as RFC 3339 in UTC with milliseconds. */
export function formatTimestamp(timestamp: Timestamp): string {
  return new Date(Number(timestamp.seconds) * 1000 + Math.trunc(timestamp.nanos / 1e6)).toISOString();
}
