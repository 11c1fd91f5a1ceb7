import type { Violation } from '@drippulse/errors';
import type { JsonObject, JsonValue } from '@drippulse/json';
import { isJsonObject } from '../json-objects.ts';

/** Limits on schemas, so that checking an input is cheap for any schema. */
const limits = { bytes: 32 * 1024, depth: 8, properties: 200 };

const types = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
/**
 * Allowed keywords. `pattern` is not allowed, because matching some patterns against only 27 characters can block a
 * process for seconds. `$ref` and `format` are not allowed either.
 */
const keywords: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  type: (value) => typeof value === 'string' && types.includes(value),
  properties: isJsonObject,
  required: isTextList,
  additionalProperties: (value) => typeof value === 'boolean',
  enum: (value) => Array.isArray(value) && value.length > 0,
  const: () => true,
  items: isJsonObject,
  anyOf: (value) => Array.isArray(value) && value.length > 0 && value.every(isJsonObject),
  nullable: (value) => typeof value === 'boolean',
  minimum: isNumber,
  maximum: isNumber,
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  title: isText,
  description: isText,
};

/**
 * Returns the violations of a template's JSON Schema. `field` is the member of the request that contains the schema.
 */
export function schemaProblems(text: string, schema: JsonObject, field: string): Violation[] {
  if (Buffer.byteLength(text) > limits.bytes) {
    return [{ field, message: `must be at most ${limits.bytes / 1024} KiB long`, code: 'length' }];
  }
  if (schema['type'] !== 'object') {
    return [{ field: `${field}.type`, message: 'must be object', code: 'enum', allowed: ['object'] }];
  }
  const seen = { properties: 0 };
  const problems = problemsOf(schema, field, 1, seen);
  if (problems.length > 0 || seen.properties <= limits.properties) return problems;
  return [{ field, message: `must have at most ${limits.properties} properties`, code: 'length' }];
}

function problemsOf(schema: JsonObject, path: string, depth: number, seen: { properties: number }): Violation[] {
  if (depth > limits.depth) {
    return [{ field: path, message: `must be at most ${limits.depth} levels deep`, code: 'length' }];
  }
  const own = Object.entries(schema).flatMap(([name, value]): Violation[] => {
    const field = `${path}.${name}`;
    const isValid = Object.hasOwn(keywords, name) ? keywords[name] : undefined;
    if (isValid === undefined)
      return [{ field, message: 'is not a keyword that a schema may use here', code: 'not_allowed' }];
    return isValid(value) ? [] : [{ field, message: 'has a value that this keyword cannot have', code: 'invalid' }];
  });
  if (own.length > 0) return own;
  return childrenOf(schema, path).flatMap(([at, child, isProperty]) => {
    if (isProperty) seen.properties += 1;
    return problemsOf(child, at, depth + 1, seen);
  });
}

function childrenOf({ properties, items, anyOf }: JsonObject, path: string): [string, JsonObject, boolean][] {
  const named = isJsonObject(properties) ? Object.entries(properties) : [];
  const choices = Array.isArray(anyOf) ? anyOf : [];
  return [
    // If a property is not a schema, its type error is reported separately.
    ...named.map(([name, child]): [string, JsonObject, boolean] => [
      `${path}.properties.${name}`,
      isJsonObject(child) ? child : { type: 'object', properties: null },
      true,
    ]),
    ...(isJsonObject(items) ? [[`${path}.items`, items, false] as [string, JsonObject, boolean]] : []),
    ...choices
      .filter(isJsonObject)
      .map((child, index): [string, JsonObject, boolean] => [`${path}.anyOf.${index}`, child, false]),
  ];
}

function isTextList(value: JsonValue): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isText(value: JsonValue): boolean {
  return typeof value === 'string' && value.length <= 2_000;
}

function isNumber(value: JsonValue): boolean {
  return typeof value === 'number';
}

function isCount(value: JsonValue): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
