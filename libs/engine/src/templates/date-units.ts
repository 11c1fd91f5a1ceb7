/**
 * Meter units charged for writing one date. Liquid creates a new formatter to read the zone's clock, which takes 120
 * µs.
 */
const zoneUnits = 8_192;
/**
 * Meter units charged for a part of a date that needs a further formatter, such as names of days and months, and
 * localized forms.
 */
const namedUnits = 5_000;
const partUnits = 32;
const named = new Set('aAbBhcxX');

/** Returns the meter units to charge for writing a date in a format. */
export function dateUnits(format: unknown): number {
  if (typeof format !== 'string') return zoneUnits + 2 * namedUnits; // the default format has two names
  let units = zoneUnits;
  for (let at = format.indexOf('%'); at >= 0; at = format.indexOf('%', at + 1)) {
    units += named.has(conversionAt(format, at + 1)) ? namedUnits : partUnits;
  }
  return units;
}

/**
 * Returns the letter of a part of a format, after its flags, width and modifier. Each character is visited once,
 * because flags, width and modifier contain no percent sign.
 */
function conversionAt(format: string, start: number): string {
  let at = start;
  while ('-_0^#:123456789EO'.includes(format.charAt(at)) && at < format.length) at++;
  return format.charAt(at);
}
