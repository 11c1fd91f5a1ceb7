import { type JsonValue, stringifyJson } from '@drippulse/json';

/** Returns the JSON of a free-form field; undefined if the field is absent. */
export function jsonText(field: Uint8Array | undefined): string | undefined {
  return field === undefined ? undefined : new TextDecoder().decode(field);
}

/** Returns a free-form JSON field with the given value. */
export function jsonField(value: JsonValue): Uint8Array {
  return new TextEncoder().encode(stringifyJson(value));
}
