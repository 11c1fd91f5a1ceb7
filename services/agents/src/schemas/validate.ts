import type { Violation } from '@drippulse/errors';
import { isRawNumber, type JsonObject, type JsonValue, numberOf } from '@drippulse/json';
import { z } from 'zod';
import { isJsonObject, objectOf, storedObject } from '../json-objects.ts';
import { createRecent } from '../recent.ts';

const compiled = createRecent<z.ZodType>(500, (text) => {
  // The schema uses only the keywords that `check-schema.ts` allows. `withNulls` adds null as a separate alternative.
  return z.fromJSONSchema(withNulls(storedObject(text)) as Parameters<typeof z.fromJSONSchema>[0]);
});

/**
 * Validates a value against a schema that `schemaProblems` accepted. `field` is the request's member with the value.
 */
export function validate(schema: string, value: JsonObject, field: string): Violation[] {
  const { error } = compiled(schema).safeParse(plain(value));
  return (error?.issues ?? []).slice(0, 20).map(({ path, message, code }) => ({
    field: [field, ...path.map(String)].join('.'),
    message: `is not valid: ${message}`,
    code: code === 'invalid_type' ? ('type' as const) : ('invalid' as const),
  }));
}

/** Rewrites `nullable` in a schema to the form of JSON Schema. */
export function withNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withNulls);
  const object = objectOf(value);
  if (object === undefined) return value;
  const { nullable, ...rest } = object;
  const schema = Object.fromEntries(Object.entries(rest).map(([name, member]) => [name, inner(name, member)]));
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema;
}

/**
 * Rewrites one member of a schema. Values of `enum` and `const` are not schemas, so they stay as they are. The names in
 * `properties` are not treated as keywords, even if a property has the name of one.
 */
function inner(name: string, member: JsonValue): JsonValue {
  if (name === 'enum' || name === 'const') return member;
  if (name !== 'properties' || !isJsonObject(member)) return withNulls(member);
  return Object.fromEntries(Object.entries(member).map(([property, schema]) => [property, withNulls(schema)]));
}

/** Converts numbers to doubles, so that the schema can compare them. The result is not stored. */
function plain(value: JsonValue): JsonValue {
  if (isRawNumber(value)) return numberOf(value) ?? null;
  if (Array.isArray(value)) return value.map(plain);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}
