import type { JsonObject, JsonValue } from '@drippulse/json';
import { objectOf, storedObject } from '../json-objects.ts';

/**
 * Generates an output that a schema accepts, for agents in test mode, which call neither a model nor remote code.
 * Without a schema, the output is a string.
 */
export function stubOf(outputSchema: string | null): JsonObject {
  if (outputSchema === null) return { text: 'This is a test: nothing was called.' };
  return objectOf(sampleOf(storedObject(outputSchema))) ?? {};
}

function sampleOf(schema: JsonObject): JsonValue {
  const { enum: choices, const: only, anyOf, type, nullable } = schema;
  if (only !== undefined) return only;
  if (Array.isArray(choices)) return choices[0] ?? null;
  if (nullable === true) return null;
  if (Array.isArray(anyOf)) return sampleOf(objectOf(anyOf[0]) ?? {});
  if (type === 'object') return objectValue(schema);
  if (type === 'array') return arrayValue(schema);
  if (type === 'string')
    return 'test'.padEnd(count(schema['minLength']), '.').slice(0, count(schema['maxLength'], 4_000));
  if (type === 'number' || type === 'integer') return numberValue(schema);
  return type === 'boolean' ? false : null;
}

function objectValue({ properties, required }: JsonObject): JsonObject {
  const names = Array.isArray(required) ? required : [];
  const own = objectOf(properties) ?? {};
  return Object.fromEntries(
    names.flatMap((name) => (typeof name === 'string' ? [[name, sampleOf(objectOf(own[name]) ?? {})] as const] : [])),
  );
}

function arrayValue({ items, minItems }: JsonObject): JsonValue[] {
  return Array.from({ length: Math.min(count(minItems), 100) }, () => sampleOf(objectOf(items) ?? {}));
}

/** Returns the minimum that a schema sets for a number; 0 if it sets none. */
function numberValue({ minimum, maximum }: JsonObject): number {
  const least = typeof minimum === 'number' ? Math.ceil(minimum) : 0;
  return typeof maximum === 'number' && least > maximum ? maximum : least;
}

function count(value: JsonValue | undefined, otherwise = 0): number {
  return typeof value === 'number' ? value : otherwise;
}
