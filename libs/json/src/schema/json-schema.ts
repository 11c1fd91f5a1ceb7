import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { enumNames, fieldRest, isHidden } from '../rest-options.ts';

/** A JSON Schema (2020-12) as plain JSON. */
export type JsonSchema = { [key: string]: unknown };

export type SchemaOptions = {
  /** Schemas of free JSON by the names in `schema_of`. `any` and `object` are built in. */
  named?: Readonly<Record<string, JsonSchema>>;
  /** Returns the reference to a nested message's schema, such as `#/components/schemas/Workflow`. Default: inlined. */
  refOf?: (desc: DescMessage) => string;
  /** Returns the reference to an enum's schema, by its type or by a string field with `values`. Default: inlined. */
  refOfEnum?: (owner: DescEnum | DescField, schema: JsonSchema) => string;
  /** Returns the comment of a field, which generated descriptors lack. */
  describe?: (field: DescField) => string | undefined;
  /**
   * `request`: a body that a client sends, whose members may be absent. `parameter`: path and query, where nothing is
   * null. `response` (default): a body that the platform sends.
   */
  direction?: 'request' | 'response' | 'parameter';
  /** Returns whether the schema omits a field, such as a parameter of the path. */
  omit?: (field: DescField) => boolean;
};

/**
 * Makes the JSON Schema of a message as the codec writes or reads it. In a response every member is present unless it
 * is `omit_if_unset`. Optional fields, and messages other than plain timestamps, may be null; a message marked `always`
 * may not.
 */
export function jsonSchemaOf(desc: DescMessage, options: SchemaOptions = {}): JsonSchema {
  return schemaOf(desc, options, []);
}

/** Makes the JSON Schema of one field in the schema of its message. */
export function fieldSchemaOf(field: DescField, options: SchemaOptions = {}): JsonSchema {
  return fieldSchema(field, options, []);
}

function schemaOf(desc: DescMessage, options: SchemaOptions, within: readonly DescMessage[]): JsonSchema {
  // Without references, the schema of a message that contains itself would be infinite.
  if (within.includes(desc)) return { type: 'object' };
  const isRequest = options.direction === 'request';
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const field of desc.fields) {
    if (isHidden(field) || options.omit?.(field)) continue;
    properties[field.name] = fieldSchema(field, options, [...within, desc]);
    const rest = fieldRest(field);
    if (isRequest ? isNeeded(field) : !rest.omitIfUnset && field.oneof === undefined) required.push(field.name);
  }
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

/** Whether a request without the member is refused, either by the codec or by the service that checks the rows. */
function isNeeded(field: DescField): boolean {
  const { required, rows } = fieldRest(field);
  return required || rows;
}

function fieldSchema(field: DescField, options: SchemaOptions, within: readonly DescMessage[]): JsonSchema {
  const description = options.describe?.(field);
  const schema = valueSchema(field, options, within);
  const example = fieldRest(field).example;
  return {
    ...(canBeNull(field, options) ? nullable(schema) : schema),
    ...(description !== undefined && { description }),
    ...(example !== '' && { examples: [JSON.parse(example) as unknown] }),
  };
}

function canBeNull(field: DescField, options: SchemaOptions): boolean {
  const { always, omitIfUnset } = fieldRest(field);
  if (isNeeded(field) || options.direction === 'parameter') return false;
  if (always && options.direction !== 'request') return false;
  if (field.proto.proto3Optional) return !omitIfUnset || options.direction === 'request';
  return field.fieldKind === 'message' && !isTimestamp(field.message);
}

function valueSchema(field: DescField, options: SchemaOptions, within: readonly DescMessage[]): JsonSchema {
  const element = elementSchema(field, options, within);
  if (field.fieldKind === 'list') {
    const { mostItems } = fieldRest(field);
    return { type: 'array', items: element, ...(mostItems > 0 && { maxItems: mostItems }) };
  }
  if (field.fieldKind === 'map') return { type: 'object', additionalProperties: element };
  return element;
}

function elementSchema(field: DescField, options: SchemaOptions, within: readonly DescMessage[]): JsonSchema {
  if (field.enum !== undefined) return enumSchema(field.enum, [...enumNames(field.enum).values()], options);
  if (field.message !== undefined) {
    if (isTimestamp(field.message)) return { type: 'string', format: 'date-time' };
    return options.refOf === undefined
      ? schemaOf(field.message, options, within)
      : { $ref: options.refOf(field.message) };
  }
  const rest = fieldRest(field);
  if (field.scalar === ScalarType.BYTES && rest.json) return freeSchema(rest.schemaOf, options);
  if (rest.values.length > 0) return enumSchema(field, rest.values, options);
  const form = idFormOf(field);
  return { ...scalarSchema(field.scalar), ...(form !== undefined && idForms[form]) };
}

function enumSchema(owner: DescEnum | DescField, values: readonly string[], { refOfEnum }: SchemaOptions): JsonSchema {
  const schema = { type: 'string', enum: [...values] };
  return refOfEnum === undefined ? schema : { $ref: refOfEnum(owner, schema) };
}

const idForms = { uuid: { format: 'uuid' }, public_id: { pattern: '^[a-z]+_[0-9A-Za-z]+$' } };

/**
 * Returns the form of an id, from the name of its field. `public_id` is an id that a record keeps in every
 * installation, such as `lead_4f1c9d7a2b8e6053c1d2e3f4`; the `id` next to it is a UUID. Fields that refer to records
 * have names that end in `_public_id` or `_id`, and the same forms.
 */
export function idFormOf({ name, parent, scalar }: DescField): keyof typeof idForms | undefined {
  if (scalar !== ScalarType.STRING) return undefined;
  if (/(^|_)public_ids?$/.test(name)) return 'public_id';
  const beside = name.replace(/(^|_)id$/, '$1public_id');
  return beside !== name && parent.fields.some((field) => field.name === beside) ? 'uuid' : undefined;
}

/** Returns the schema of free JSON. `WorkflowStep[]` is an array of the named schema, `object?` an object or null. */
function freeSchema(name: string, options: SchemaOptions): JsonSchema {
  if (name.endsWith('?')) return nullable(freeSchema(name.slice(0, -1), options));
  if (name.endsWith('[]')) return { type: 'array', items: freeSchema(name.slice(0, -2), options) };
  if (name === '' || name === 'any') return {};
  if (name === 'object') return { type: 'object', additionalProperties: true };
  const schema = options.named?.[name];
  if (schema === undefined) throw new Error(`No JSON Schema is named ${name}`);
  return schema;
}

function scalarSchema(scalar: ScalarType | undefined): JsonSchema {
  switch (scalar) {
    case ScalarType.STRING:
      return { type: 'string' };
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.BYTES:
      return { type: 'string', contentEncoding: 'base64' };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { type: 'number' };
    case ScalarType.INT32:
      return { type: 'integer', format: 'int32' };
    case ScalarType.INT64:
      return { type: 'integer', format: 'int64', maximum: Number.MAX_SAFE_INTEGER };
    default:
      return { type: 'integer' };
  }
}

function nullable(schema: JsonSchema): JsonSchema {
  if (Object.keys(schema).length === 0) return schema; // an empty schema already allows null
  if (Array.isArray(schema['type']) && schema['type'].includes('null')) return schema;
  if (typeof schema['type'] !== 'string') return { anyOf: [schema, { type: 'null' }] };
  const values = schema['enum'];
  return { ...schema, type: [schema['type'], 'null'], ...(Array.isArray(values) && { enum: [...values, null] }) };
}

export function isTimestamp(desc: DescMessage): boolean {
  return desc.typeName === 'google.protobuf.Timestamp';
}
