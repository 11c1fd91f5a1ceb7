import { type JsonValue, stringifyJson } from '@drippulse/json';

/** Text of a free-form JSON field. */
export function jsonText(field: Uint8Array | undefined): string | undefined {
  return field === undefined ? undefined : new TextDecoder().decode(field);
}

/** Free-form JSON field with this value. */
export function jsonField(value: JsonValue): Uint8Array {
  return new TextEncoder().encode(stringifyJson(value));
}
