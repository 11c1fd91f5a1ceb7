import type { JsonObject, JsonValue } from '@drippulse/json';
import { objectOf } from '../json-objects.ts';

/**
 * Returns the value at a field such as `score` or `company.name`. A member whose name contains the dots takes
 * precedence. Inherited members are ignored.
 */
export function valueAt(data: JsonObject, field: string): JsonValue | undefined {
  if (Object.hasOwn(data, field)) return data[field];
  let value: JsonValue | undefined = data;
  for (const name of field.split('.')) {
    const object = objectOf(value);
    if (object === undefined || !Object.hasOwn(object, name)) return undefined;
    value = object[name];
  }
  return value;
}
