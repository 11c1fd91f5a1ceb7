/**
 * The parts of an OpenAPI 3.1 document that the reference reads. Members that are not listed here do not appear in the
 * pages.
 */
export type OpenApi = {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, RawOperation>>;
  webhooks?: Record<string, Record<string, RawOperation>>;
  components?: Record<string, Record<string, unknown>>;
};

export type RawOperation = {
  operationId?: string;
  tags?: string[];
  summary?: string;
  description?: string;
  deprecated?: boolean;
  security?: unknown[];
  parameters?: (RawParameter | Reference)[];
  requestBody?: RawBody | Reference;
  responses?: Record<string, RawResponse | Reference>;
};

export type RawParameter = {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
  example?: unknown;
};

export type RawBody = { required?: boolean; description?: string; content?: Record<string, Media> };
export type RawResponse = {
  description?: string;
  headers?: Record<string, unknown>;
  content?: Record<string, Media>;
};
export type Media = { schema?: Schema; example?: unknown; examples?: Record<string, { value?: unknown }> };
export type Reference = { $ref: string };

export type Schema = {
  $ref?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  example?: unknown;
  examples?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
};

/** Resolves a reference to its component. Any other value is returned unchanged. */
export function deref<T extends object>(document: OpenApi, value: T | Reference): T {
  if (!('$ref' in value) || typeof value.$ref !== 'string') return value as T; // a value that is not a reference is a `T`
  const [, group = '', name = ''] = /^#\/components\/([^/]+)\/([^/]+)$/.exec(value.$ref) ?? [];
  const found = document.components?.[group]?.[name];
  if (found === undefined) throw new Error(`${value.$ref} is not in the document`);
  return found as T; // the group in the reference determines the type of the component
}

/** Returns the name of a reference's schema. */
export function schemaName(schema: Schema): string | undefined {
  return /^#\/components\/schemas\/([^/]+)$/.exec(schema.$ref ?? '')?.[1];
}

/** Returns the schema of the values other than null. A choice between null and one other member becomes that member. */
export function withoutNull(schema: Schema): { schema: Schema; isNullable: boolean } {
  const choices = schema.anyOf ?? schema.oneOf;
  const others = choices?.filter((choice) => choice.type !== 'null') ?? [];
  const [only] = others;
  if (choices !== undefined && others.length < choices.length) {
    if (only !== undefined && others.length === 1) return { schema: only, isNullable: true };
    return { schema: { ...schema, anyOf: others, oneOf: undefined }, isNullable: true };
  }
  if (Array.isArray(schema.type) && schema.type.includes('null')) {
    const types = schema.type.filter((type) => type !== 'null');
    return { schema: { ...schema, type: types.length === 1 ? types[0] : types }, isNullable: true };
  }
  return { schema, isNullable: false };
}

/** Returns the schema of a body in its bare form. Older documents also offer the body inside a wrapper. */
export function bareForm(schema: Schema): Schema {
  const [bare, wrapped] = schema.anyOf ?? [];
  return bare !== undefined && wrapped?.properties !== undefined && bare.$ref !== undefined ? bare : schema;
}

/**
 * Returns the complete schema: the schema of the referenced component, with the members next to the reference, and
 * without null.
 */
export function wholeSchema(document: OpenApi, schema: Schema): Schema {
  const { $ref, ...own } = withoutNull(schema).schema;
  if ($ref === undefined) return own;
  const named = deref<Schema>(document, { $ref });
  return { ...named, ...own, ...(own.properties && { properties: { ...named.properties, ...own.properties } }) };
}

/** Returns the members of an object, including those of its `allOf` parts. */
export function membersOf(document: OpenApi, schema: Schema): { name: string; schema: Schema; isRequired: boolean }[] {
  const whole = wholeSchema(document, schema);
  const parts = [whole, ...(whole.allOf ?? []).map((part) => wholeSchema(document, part))];
  const required = new Set(parts.flatMap((part) => part.required ?? []));
  return parts
    .flatMap((part) => Object.entries(part.properties ?? {}))
    .map(([name, member]) => ({ name, schema: member, isRequired: required.has(name) }));
}
