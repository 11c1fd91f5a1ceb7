import { isRawNumber, type JsonValue } from '@drippulse/json';

const numeral = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** The digits of a number or of a numeric text; undefined for other values. */
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
  const left = decimalOf(String(a));
  const right = decimalOf(String(b));
  if (left.sign !== right.sign) return left.sign - right.sign;
  return left.sign * compareMagnitudes(left, right);
}

/** sign × 0.digits × 10^exponent; zero has sign 0. */
type Decimal = { sign: number; digits: string; exponent: number };

function decimalOf(text: string): Decimal {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e');
  const unsigned = mantissa.replace(/^[+-]/, '');
  const [whole = '', fraction = ''] = unsigned.split('.');
  const written = whole + fraction;
  const digits = written.replace(/^0+/, '');
  const exponent = whole.length - (written.length - digits.length) + Number(power);
  return { sign: digits === '' ? 0 : mantissa.startsWith('-') ? -1 : 1, digits, exponent };
}

function compareMagnitudes(a: Decimal, b: Decimal): number {
  if (a.exponent !== b.exponent) return a.exponent - b.exponent;
  const length = Math.max(a.digits.length, b.digits.length);
  const left = a.digits.padEnd(length, '0');
  const right = b.digits.padEnd(length, '0');
  return left < right ? -1 : left > right ? 1 : 0;
}
