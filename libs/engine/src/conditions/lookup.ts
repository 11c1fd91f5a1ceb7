import type { JsonObject, JsonValue } from '@drippulse/json';
import { objectOf } from '../json-value.ts';

/** Reads one field of the data; undefined when it is missing. */
export type Lookup = (data: JsonObject) => JsonValue | undefined;

/**
 * Compiles a path such as `company.name` or `tags.0`. Reads own members only. A member whose name contains the dots has
 * precedence.
 */
export function compileLookup(field: string): Lookup {
  const path = field.split('.');
  if (path.length === 1) return (data) => (Object.hasOwn(data, field) ? data[field] : undefined);
  return (data) => (Object.hasOwn(data, field) ? data[field] : walk(data, path));
}

function walk(data: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = data;
  for (const key of path) {
    const object = objectOf(value);
    if (object && Object.hasOwn(object, key)) value = object[key];
    else if (Array.isArray(value) && /^\d{1,9}$/.test(key)) value = value[Number(key)];
    else return undefined;
  }
  return value;
}
