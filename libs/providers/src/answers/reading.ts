import { isRawNumber, type JsonObject, type JsonValue } from '@drippulse/json';

/** The object; an empty one if the value is none. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
  return isObject ? value : {};
}

/** The members of a list; none if the value is no list. */
export function listOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** A text, or the digits of a number; undefined for other values and empty texts. */
export function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number') return String(value);
  return isRawNumber(value) ? value.rawJSON : undefined;
}

/** A finite number, also one in a text; undefined for other values. */
export function amountOf(value: JsonValue | undefined): number | undefined {
  const text = textOf(value);
  const amount = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(amount) ? amount : undefined;
}

/** The members that are there, by the given names: what an answer leaves out is no member of an output. */
export function given(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}
