import { isRawNumber, type JsonValue } from '@drippulse/json';

/** Returns the approximate length of a value's JSON. Stops counting above `limit`. */
export function sizeOf(value: JsonValue, limit: number): number {
  if (typeof value === 'string') return value.length + 3;
  if (typeof value !== 'object' || value === null) return 8;
  if (isRawNumber(value)) return value.rawJSON.length;
  let size = 2;
  for (const [key, member] of Object.entries(value)) {
    size += key.length + 3 + sizeOf(member, limit - size);
    if (size > limit) break;
  }
  return size;
}
