import { isRawNumber, type JsonObject } from '@drippulse/json';

/** The value when it is a JSON object: no array, no null, no number. */
export function objectOf(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}
