const weekday = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
// RFC 9110 requires all three forms: IMF-fixdate, RFC 850 and asctime. `Date.parse` alone accepts "1" and "2 years"
// too.
const httpDate = new RegExp(
  `^${weekday}(?:, \\d\\d \\w{3} \\d{4}|\\w*, \\d\\d-\\w{3}-\\d\\d| \\w{3} [ \\d]\\d) \\d\\d:\\d\\d:\\d\\d(?: GMT| \\d{4})$`,
);
const longestSeconds = 86_400;

/**
 * Reads the delay of a `Retry-After` header (RFC 9110, section 10.2.3) in seconds, at most a day. Returns undefined for
 * an invalid value.
 */
export function readRetryAfter(value: string | undefined, now: Date): number | undefined {
  const text = value?.trim() ?? '';
  const seconds = /^\d+$/.test(text) ? Number(text) : secondsUntil(text, now);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(Math.ceil(seconds), 0), longestSeconds);
}

function secondsUntil(text: string, now: Date): number {
  if (!httpDate.test(text)) return Number.NaN;
  return (Date.parse(text.endsWith('GMT') ? text : `${text} GMT`) - now.getTime()) / 1000;
}
