import { isRawNumber, type JsonObject, type JsonValue } from '@drippulse/json';

/** Returns the value if it is an object, and otherwise an empty object. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
  return isObject ? value : {};
}

/** Returns the members of a list; an empty list for any other value. */
export function listOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** Returns a string, or the digits of a number; undefined for any other value and for an empty string. */
export function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number') return String(value);
  return isRawNumber(value) ? value.rawJSON : undefined;
}

/** Returns a finite number, which may be given as a string; undefined for any other value. */
export function amountOf(value: JsonValue | undefined): number | undefined {
  const text = textOf(value);
  const amount = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(amount) ? amount : undefined;
}

/**
 * Returns the members that are defined, so that a member that is missing in the response is omitted in the output too.
 */
export function given(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}
