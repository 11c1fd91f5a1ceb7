import { isRawNumber, type JsonObject, type JsonValue } from '@drippulse/json';
import { objectOf } from '../json-value.ts';
import { compareDecimals, compareNumerals, type Decimal, decimalOf, numeralOf } from './numbers.ts';

type Value = JsonValue | undefined;

/** Whether two values are equal. A missing field equals only null. A missing `value` is null. */
export function isEqual(actual: Value, expected: Value): boolean {
  const a = numeralOf(actual);
  const b = numeralOf(expected);
  if (a !== undefined && b !== undefined) return compareNumerals(a, b) === 0;
  if (isCompound(actual) || isCompound(expected)) return matcherOf(actual)(expected);
  return textOf(actual) === textOf(expected);
}

/** A test for equality with one value. */
type Matcher = (other: Value) => boolean;

/**
 * Returns a test for equality with one value, which is read only once. The cost of each test then depends only on the
 * other value, even when a long text is compared with thousands of options.
 */
export function matcherOf(value: Value): Matcher {
  const numeral = numeralOf(value);
  if (numeral !== undefined) return numeralMatcher(numeral);
  if (Array.isArray(value)) return arrayMatcher(value);
  const object = objectOf(value);
  if (object) return objectMatcher(object);
  const text = textOf(value);
  return (other) => !isCompound(other) && textOf(other) === text;
}

function numeralMatcher(numeral: number | string): Matcher {
  let decimal: Decimal | undefined;
  return (other) => {
    const another = numeralOf(other);
    if (another === undefined) return false;
    if (typeof numeral === 'number' && typeof another === 'number') return numeral === another;
    decimal ??= decimalOf(numeral);
    return compareDecimals(decimal, decimalOf(another)) === 0;
  };
}

function arrayMatcher(array: JsonValue[]): Matcher {
  const matchers: Matcher[] = [];
  return (other) => {
    if (!Array.isArray(other) || other.length !== array.length) return false;
    return other.every((item, index) => {
      matchers[index] ??= matcherOf(array[index]);
      return matchers[index](item);
    });
  };
}

function objectMatcher(object: JsonObject): Matcher {
  const size = Object.keys(object).length;
  const matchers = new Map<string, Matcher>();
  return (other) => {
    const right = objectOf(other);
    if (!right) return false;
    const keys = Object.keys(right);
    return keys.length === size && keys.every((key) => Object.hasOwn(object, key) && matcherAt(key)(right[key]));
  };

  function matcherAt(key: string): Matcher {
    const matcher = matchers.get(key) ?? matcherOf(object[key]);
    matchers.set(key, matcher);
    return matcher;
  }
}

/** Returns the text of a scalar; null for other values. */
export function textOf(value: Value): string | null {
  if (value === undefined || value === null || isCompound(value)) return null;
  return isRawNumber(value) ? value.rawJSON : String(value);
}

function isCompound(value: Value): boolean {
  return Array.isArray(value) || objectOf(value) !== undefined;
}
