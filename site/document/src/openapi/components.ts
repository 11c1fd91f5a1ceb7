import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import { type JsonSchema, jsonSchemaOf, type SchemaOptions } from '@drippulse/json';
import type { NamedSchema } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import type { CommentOf } from './comments.ts';

/** Collects the schemas to which operations refer. Each schema is included once. */
export type SchemaComponents = {
  /** Returns a reference to the schema of a response message, which becomes a component. */
  response(desc: DescMessage): JsonSchema;
  /** Returns a reference to the schema of a request body, without the fields of the path. */
  request(desc: DescMessage, pathFields: ReadonlySet<string>): JsonSchema;
  /** Returns a reference to a hand-written schema. */
  own(name: string, schema: JsonSchema): JsonSchema;
  /** Options for schemas of single fields. */
  options: SchemaOptions;
  /** Examples of free-form JSON by the names that `schema_of` uses. */
  examples: Readonly<Record<string, unknown>>;
  /** Returns the components by name, in alphabetical order. */
  collected(): Record<string, JsonSchema>;
};

export function collectSchemas(commentOf: CommentOf, namedSchemas: readonly NamedSchema[]): SchemaComponents {
  const schemas = new Map<string, JsonSchema>();
  const owners = new Map<string, string>();
  const named = Object.fromEntries(namedSchemas.map(({ name }) => [name, { $ref: schemaRef(name) }]));
  const describe = (field: DescField) => commentOf(field);
  const options: SchemaOptions = {
    named,
    describe,
    refOf: (desc) => add(desc, 'response', () => false),
    refOfEnum: addEnum,
  };

  /**
   * Reserves a name. Returns false when the schema of that name already exists. Two different schemas never share a
   * name.
   */
  function claim(name: string, owner: string): boolean {
    const known = owners.get(name);
    if (known !== undefined && known !== owner) throw new Error(`${known} and ${owner} share the name ${name}`);
    owners.set(name, owner);
    return known === undefined;
  }

  function add(desc: DescMessage, direction: 'request' | 'response', omit: (field: DescField) => boolean): string {
    const { name } = desc;
    if (claim(name, desc.typeName)) {
      schemas.set(name, {}); // set before the fields are read, because a message may contain itself
      const schema = jsonSchemaOf(desc, { ...options, direction, omit });
      const description = commentOf(desc);
      schemas.set(name, { ...(description !== undefined && { description }), ...schema });
    }
    return schemaRef(name);
  }

  function addEnum(owner: DescEnum | DescField, schema: JsonSchema): string {
    const isEnum = owner.kind === 'enum';
    const name = isEnum ? owner.name : nameOfValues(owner);
    // Strings that have equal names and equal values are one enum.
    if (claim(name, isEnum ? owner.typeName : JSON.stringify(schema['enum']))) {
      const description = isEnum ? commentOf(owner) : undefined;
      schemas.set(name, { ...(description !== undefined && { description }), ...schema });
    }
    return schemaRef(name);
  }

  function own(name: string, schema: JsonSchema): JsonSchema {
    if (claim(name, name)) schemas.set(name, schema);
    return { $ref: schemaRef(name) };
  }

  return {
    own,
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

/**
 * Returns the name of the enum of a string's values: `ListCrmLeadsSort` for the order of a list, otherwise the area and
 * the field.
 */
function nameOfValues({ name, parent }: DescField): string {
  const owner = name === 'sort' ? parent.name.replace(/Request$/, '') : pascalCase(areaOf(parent));
  return `${owner}${pascalCase(name)}`;
}

/** Returns the area of a message, such as `crm` for `drippulse.crm.v1`. */
function areaOf({ file }: DescMessage): string {
  return file.proto.package.split('.')[1] ?? '';
}

/** Converts names such as `workflow.failed` and `record_type` to `WorkflowFailed` and `RecordType`. */
export function pascalCase(text: string): string {
  return text.replaceAll(/(?:^|[._])([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

function schemaRef(name: string): string {
  return `#/components/schemas/${name}`;
}
