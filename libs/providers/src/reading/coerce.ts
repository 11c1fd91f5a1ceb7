import { isRawNumber, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';
import { z } from 'zod';

const numberText = /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/;
const words: Readonly<Record<string, boolean>> = { true: true, yes: true, 1: true, false: false, no: false, 0: false };

/**
 * Converts a rendered value to the type of its schema. Templates render strings, so a string that represents a number,
 * a boolean or a list is converted. An empty string means that nothing was given, and becomes undefined. Null stays
 * null, and clears the field if the schema accepts null. Any other value stays unchanged, and the schema may refuse it.
 */
export function coerce(schema: z.core.$ZodType, value: JsonValue | undefined): unknown {
  if (typeof value === 'string' && value.trim() === '') return undefined;
  if (value === undefined || value === null) return value;
  const inner = innermost(schema);
  switch (inner._zod.def.type) {
    case 'string':
      return typeof value === 'number' || typeof value === 'boolean' || isRawNumber(value) ? textOf(value) : value;
    case 'number':
    case 'int':
      return isRawNumber(value) || (typeof value === 'string' && numberText.test(value.trim()))
        ? Number(textOf(value))
        : value;
    case 'boolean':
      return typeof value === 'object' ? value : (words[textOf(value).trim().toLowerCase()] ?? value);
    case 'enum':
      return inner instanceof z.ZodEnum ? wordOf(inner, value) : value;
    case 'array':
      return inner instanceof z.ZodArray ? listOf(inner, value) : value;
    case 'object':
    case 'record':
      return membersOf(inner, value);
    case 'union':
      return inner instanceof z.ZodUnion ? optionOf(inner, value) : value;
    default:
      return plain(value);
  }
}

/** Returns the schema inside the wrappers for optional, nullable, default and piped values. */
export function innermost(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return innermost(schema.unwrap());
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return innermost(schema.unwrap());
  return schema instanceof z.ZodPipe ? innermost(schema.in) : schema;
}

function textOf(value: JsonValue): string {
  return isRawNumber(value) ? value.rawJSON : String(value);
}

function wordOf({ options }: z.ZodEnum, value: JsonValue): JsonValue {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
  const found = options.find((option) => String(option).toLowerCase() === word);
  return found ?? value;
}

/** Reads a list, a list in JSON text, or items separated by commas. Leaves out empty items. */
function listOf(schema: z.ZodArray, value: JsonValue): unknown {
  const read = typeof value === 'string' ? (jsonOf(value, '[') ?? value.split(',').map((item) => item.trim())) : value;
  if (!Array.isArray(read)) return value;
  return read.map((item) => coerce(schema.element, item)).filter((item) => item !== undefined);
}

function membersOf(schema: z.core.$ZodType, value: JsonValue): unknown {
  const read = typeof value === 'string' ? (jsonOf(value, '{') ?? value) : value;
  const object = objectOf(read);
  if (object === undefined) return value;
  const members = Object.entries(object).map(([name, member]) => [name, coerce(memberSchema(schema, name), member)]);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

/** Returns the schema of a member, or a schema that accepts anything if the member is not defined. */
function memberSchema(schema: z.core.$ZodType, name: string): z.core.$ZodType {
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodObject && Object.hasOwn(schema.shape, name)) return schema.shape[name];
  return z.unknown();
}

/** Converts the value according to the first option of the union that accepts it. */
function optionOf({ options }: z.ZodUnion, value: JsonValue): unknown {
  for (const option of options) {
    const read = coerce(option, value);
    if (z.safeParse(option, read).success) return read;
  }
  return plain(value);
}

/**
 * Converts raw JSON numbers, which keep all their digits, to plain numbers, as the code that writes the request
 * expects.
 */
function plain(value: JsonValue): unknown {
  if (isRawNumber(value)) return Number(value.rawJSON);
  if (Array.isArray(value)) return value.map(plain);
  const object = objectOf(value);
  return object === undefined
    ? value
    : Object.fromEntries(Object.entries(object).map(([name, member]) => [name, plain(member)]));
}

export function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
  return isObject ? (value as JsonObject) : undefined; // the value is a JSON object, neither an array nor a number
}

function jsonOf(text: string, start: '[' | '{'): JsonValue | undefined {
  if (!text.trimStart().startsWith(start)) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
