import { type Schema, schemaName, withoutNull } from './openapi.ts';

/** Returns the type of a schema in words. `shown` renders the name of a named schema, for example as a link. */
export function typeOf(schema: Schema, shown: (name: string) => string): string {
  const { schema: inner, isNullable } = withoutNull(schema);
  const word = typeWord(inner, shown);
  return isNullable ? `${word} or null` : word;
}

function typeWord(schema: Schema, shown: (name: string) => string): string {
  const name = schemaName(schema);
  if (name !== undefined) return shown(name);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) return [...new Set(choices.map((choice) => typeOf(choice, shown)))].join(' or ');
  if (schema.allOf !== undefined) return schema.allOf.map((part) => typeOf(part, shown)).join(' and ');
  const types = [schema.type ?? []].flat();
  if (types.includes('array')) return `array of ${schema.items === undefined ? 'any' : typeOf(schema.items, shown)}`;
  if (types.length === 0) return schema.enum === undefined ? 'any' : 'string';
  const isPlain = schema.format === undefined || /^u?int(32|64)$/.test(schema.format);
  return isPlain ? types.join(' or ') : `${types.join(' or ')} (${schema.format})`;
}
