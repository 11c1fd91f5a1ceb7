import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { type JsonSchema, jsonSchemaOf, type SchemaOptions } from '@drippulse/json';
import type { NamedSchema } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import type { CommentOf } from './comments.ts';

/** Collects the schemas that operations refer to, each once. */
export type SchemaComponents = {
  /** A reference to the schema of a response message, which becomes a component. */
  response(desc: DescMessage): JsonSchema;
  /** A reference to the schema of a request body, without the fields of the path. */
  request(desc: DescMessage, pathFields: ReadonlySet<string>): JsonSchema;
  /** Options for schemas of single fields. */
  options: SchemaOptions;
  /** Examples of free JSON by the names that `schema_of` uses. */
  examples: Readonly<Record<string, unknown>>;
  /** The components by name, in alphabetical order. */
  collected(): Record<string, JsonSchema>;
};

export function collectSchemas(commentOf: CommentOf, namedSchemas: readonly NamedSchema[]): SchemaComponents {
  const schemas = new Map<string, JsonSchema>();
  const owners = new Map<string, string>();
  const named = Object.fromEntries(namedSchemas.map(({ name }) => [name, { $ref: schemaRef(name) }]));
  const describe = (field: DescField) => commentOf(field);
  const options: SchemaOptions = { named, describe, refOf: (desc) => add(desc, 'response', () => false) };

  function add(desc: DescMessage, direction: 'request' | 'response', omit: (field: DescField) => boolean): string {
    const { name } = desc;
    const owner = owners.get(name);
    if (owner !== undefined && owner !== desc.typeName) throw new Error(`${owner} and ${desc.typeName} share a name`);
    if (owner === undefined) {
      owners.set(name, desc.typeName);
      schemas.set(name, {}); // before its fields: a message may contain itself
      const schema = jsonSchemaOf(desc, { ...options, direction, omit });
      const description = commentOf(desc);
      schemas.set(name, { ...(description !== undefined && { description }), ...schema });
    }
    return schemaRef(name);
  }

  return {
    options,
    examples: Object.fromEntries(namedSchemas.map(({ name, example }) => [name, JSON.parse(example)])),
    response: (desc) => ({ $ref: add(desc, 'response', () => false) }),
    request: (desc, pathFields) => ({ $ref: add(desc, 'request', ({ name }) => pathFields.has(name)) }),
    collected: () => {
      const free = namedSchemas.map(({ name, schema }): [string, JsonSchema] => [name, JSON.parse(schema)]);
      const all = [...schemas, ...free];
      return Object.fromEntries(all.sort(([left], [right]) => (left < right ? -1 : 1)));
    },
  };
}

function schemaRef(name: string): string {
  return `#/components/schemas/${name}`;
}
