import { isRawNumber, type JsonValue } from '@drippulse/json';

const numeral = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** Returns the digits of a number or of a numeric string; undefined for other values. */
export function numeralOf(value: JsonValue | undefined): number | string | undefined {
  if (typeof value === 'number') return value;
  if (isRawNumber(value)) return value.rawJSON;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return numeral.test(text) ? text : undefined;
}

/** Compares two numerals by value, with all their digits; negative when `a` is smaller. */
export function compareNumerals(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareDecimals(decimalOf(a), decimalOf(b));
}

/** sign × 0.digits × 10^exponent, without zeros at either end of the digits; zero has sign 0. */
export type Decimal = { sign: number; digits: string; exponent: number };

/** Parses a numeral once for any number of comparisons. */
export function decimalOf(value: number | string): Decimal {
  const [mantissa = '', power = '0'] = String(value).toLowerCase().split('e');
  const unsigned = mantissa.replace(/^[+-]/, '');
  const [whole = '', fraction = ''] = unsigned.split('.');
  const written = whole + fraction;
  const significant = written.replace(/^0+/, '');
  const exponent = whole.length - (written.length - significant.length) + Number(power);
  const digits = withoutZerosAtTheEnd(significant);
  return { sign: digits === '' ? 0 : mantissa.startsWith('-') ? -1 : 1, digits, exponent };
}

/** Removes trailing zeros. It uses a loop, because `/0+$/` starts again at each zero. */
function withoutZerosAtTheEnd(digits: string): string {
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}

/** Compares two decimals by value. Reads no more digits than the shorter one has. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.sign !== b.sign) return a.sign - b.sign;
  if (a.sign === 0) return 0;
  return a.sign * compareMagnitudes(a, b);
}

function compareMagnitudes(a: Decimal, b: Decimal): number {
  if (a.exponent !== b.exponent) return a.exponent - b.exponent;
  return a.digits < b.digits ? -1 : a.digits > b.digits ? 1 : 0;
}
