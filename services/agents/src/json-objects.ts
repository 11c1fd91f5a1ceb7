import type { Violation } from '@drippulse/errors';
import { checkJsonText, isRawNumber, type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';

/** A JSON object, as text and parsed. */
export type ReadObject = { text: string; value: JsonObject };

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}

/** Returns the value if it is an object, otherwise undefined. */
export function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** Reads a JSON object of a request. Returns an empty object for empty bytes and for null. */
export function readObject(
  bytes: Uint8Array | undefined,
  { field, maxBytes }: { field: string; maxBytes: number },
): ReadObject | { violation: Violation } {
  const text = bytes === undefined || bytes.length === 0 ? '{}' : Buffer.from(bytes).toString();
  if (text === 'null') return { text: '{}', value: {} };
  if (Buffer.byteLength(text) > maxBytes) {
    return { violation: { field, message: `must be at most ${maxBytes / 1024} KiB long`, code: 'length' } };
  }
  const [violation] = checkJsonText(text, [field]);
  if (violation !== undefined) return { violation };
  const value = parseJson(text);
  if (!isJsonObject(value)) return { violation: { field, message: 'must be an object', code: 'type' } };
  return { text, value };
}

/** Reads a JSON object that this service has stored. */
export function storedObject(text: string | null): JsonObject {
  const value = text === null ? {} : parseJson(text);
  return isJsonObject(value) ? value : {};
}

/** Serializes a value canonically: values that differ only in the order of members give the same text. */
export function canonicalJson(value: JsonValue): string {
  return stringifyJson(sorted(value));
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}
