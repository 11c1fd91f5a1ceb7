import { isRawNumber, type JsonObject } from '@drippulse/json';

/** Returns the value if it is a JSON object, not an array, null or a number; otherwise undefined. */
export function objectOf(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}
