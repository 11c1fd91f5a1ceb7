/** The members of a schema from which a value can be made. */
type Schema = {
  $ref?: string;
  type?: string | readonly string[];
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  required?: readonly string[];
  properties?: Readonly<Record<string, Schema>>;
};

/** Makes the minimal value of a component's schema: only the required members, each in its simplest form. */
export function leastOf(components: unknown, name: string): Record<string, unknown> {
  // An OpenAPI document has its schemas at `components.schemas`.
  const schemas = (components as { schemas: Readonly<Record<string, Schema>> }).schemas;
  const value = least({ $ref: name }, schemas);
  return value as Record<string, unknown>; // the value is an object, because callers only name schemas of objects
}

function least(schema: Schema, schemas: Readonly<Record<string, Schema>>): unknown {
  if (schema.$ref !== undefined) return least(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas);
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return least(schema.anyOf[0] ?? {}, schemas);
  const types = [schema.type ?? 'object'].flat();
  if (types.includes('null')) return null;
  if (types[0] !== 'object') return simplest[types[0] ?? 'string'];
  const members = (schema.required ?? []).map((name) => [name, least(schema.properties?.[name] ?? {}, schemas)]);
  return Object.fromEntries(members);
}

const simplest: Readonly<Record<string, unknown>> = { string: '', integer: 0, number: 0, boolean: false, array: [] };
