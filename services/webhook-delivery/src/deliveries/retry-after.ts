const weekday = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
// RFC 9110 requires all three forms: IMF-fixdate, RFC 850, asctime. `Date.parse` alone also accepts "1" or "2 years".
const httpDate = new RegExp(
  `^${weekday}(?:, \\d\\d \\w{3} \\d{4}|\\w*, \\d\\d-\\w{3}-\\d\\d| \\w{3} [ \\d]\\d) \\d\\d:\\d\\d:\\d\\d(?: GMT| \\d{4})$`,
);

/**
 * Returns the seconds from now until the time of a Retry-After header (RFC 9110, 10.2.3); undefined without a valid
 * header.
 */
export function parseRetryAfter(text: string | undefined, now: Date): number | undefined {
  const value = text?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value);
  if (!httpDate.test(value)) return undefined;
  const at = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now.getTime()) / 1000);
}
