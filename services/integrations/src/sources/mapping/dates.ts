type Clock = { year: number; month: number; day: number; hour: number; minute: number; second: number };

const tokens = {
  YYYY: '(?<year>\\d{4})',
  MM: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
};

/**
 * Reads a date (`2026-11-27`), or a date with a time, which becomes a time in UTC (RFC 3339). Returns undefined for a
 * string that does not have the format. Never guesses the order of day and month.
 */
export function readDate(
  text: string,
  { format, zone = 'UTC' }: { format?: string | undefined; zone?: string | undefined },
): string | undefined {
  const trimmed = text.trim();
  if (format === undefined) return readIso(trimmed, zone);
  const groups = patternOf(format).exec(trimmed)?.groups;
  return groups === undefined ? undefined : written(groups, zone);
}

function readIso(text: string, zone: string): string | undefined {
  const iso =
    /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?:[T ](?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.\d+)?)?(?<offset>Z|[+-]\d{2}:?\d{2})?)?$/i;
  const groups = iso.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const local = written(groups, groups['offset'] === undefined ? zone : 'UTC');
  if (local === undefined || groups['offset'] === undefined) return local;
  const at = Date.parse(text.replace(' ', 'T').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

function patternOf(format: string): RegExp {
  const seen = new Set<string>();
  const source = format.replaceAll(/YYYY|MM|DD|HH|mm|ss|[.*+?^${}()|[\]\\/]/g, (part) => {
    if (!(part in tokens)) return `\\${part}`;
    if (seen.has(part)) return part;
    seen.add(part);
    return tokens[part as keyof typeof tokens]; // the condition has checked that the name exists
  });
  return new RegExp(`^${source}$`);
}

function written(groups: Readonly<Record<string, string | undefined>>, zone: string): string | undefined {
  const part = (name: string, otherwise: number) => Number(groups[name] ?? otherwise);
  const clock = {
    year: part('year', 0),
    month: part('month', 1),
    day: part('day', 1),
    hour: part('hour', 0),
    minute: part('minute', 0),
    second: part('second', 0),
  };
  const date = new Date(Date.UTC(clock.year, clock.month - 1, clock.day, clock.hour, clock.minute, clock.second));
  const isReal =
    date.getUTCMonth() === clock.month - 1 &&
    date.getUTCDate() === clock.day &&
    clock.hour < 24 &&
    clock.minute < 60 &&
    clock.second < 60;
  if (!isReal || clock.year < 1000) return undefined;
  return groups['hour'] === undefined ? date.toISOString().slice(0, 10) : momentOf(clock, zone).toISOString();
}

/**
 * Returns the moment at which clocks in a time zone show the given time. Uses the offset that is in force at that
 * moment.
 */
function momentOf(clock: Clock, zone: string): Date {
  const asUtc = Date.UTC(clock.year, clock.month - 1, clock.day, clock.hour, clock.minute, clock.second);
  const first = asUtc - offsetOf(asUtc, zone);
  return new Date(asUtc - offsetOf(first, zone));
}

function offsetOf(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return (
    Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) -
    Math.trunc(at / 1_000) * 1_000
  );
}
