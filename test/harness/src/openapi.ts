import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { default as addFormats } from 'ajv-formats';

type Content = Record<string, { schema?: object }>;
type Operation = {
  requestBody?: { content: Content };
  responses: Record<string, { $ref?: string; content?: Content }>;
};
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, object>>;
};

const document: Document = JSON.parse(
  readFileSync(new URL('../../../site/static/docs/skills/drippulse-openapi-v1.json', import.meta.url), 'utf8'),
);
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, 'openapi');

const templates = Object.keys(document.paths).map((template) => ({
  template,
  pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '([^/]+)')}$`),
  parameters: template.split('{').length - 1,
}));
templates.sort((a, b) => a.parameters - b.parameters);
const validators = new Map<string, ValidateFunction | undefined>();

/**
 * Throws when a response differs from the OpenAPI document: an undocumented status, or a body that does not validate.
 * Paths that are not in the document (health, docs, unknown routes) pass.
 */
export function checkAgainstOpenApi(
  method: string,
  path: string,
  status: number,
  body: unknown,
  contentType: string | null,
): void {
  const pathname = path.split('?')[0]?.replace(/(.)\/$/, '$1') ?? path;
  const found = templates.find(({ pattern }) => pattern.test(pathname));
  const operation = found && document.paths[found.template]?.[method.toLowerCase()];
  if (found === undefined || operation === undefined) return;
  const place = `${method} ${found.template} ${status}`;
  const key = `${method} ${found.template} ${operation.responses[status] === undefined ? 'default' : status}`;
  if (!validators.has(key)) validators.set(key, compile(found.template, method.toLowerCase(), operation, status));
  if (operation.responses[status] === undefined && operation.responses['default'] === undefined) {
    throw new Error(`${place} is not documented`);
  }
  const validate = validators.get(key);
  if (validate === undefined || body === undefined) return;
  if (!validate(body)) {
    throw new Error(
      `${place} (${contentType}) does not match the OpenAPI document: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body).slice(0, 2000)}`,
    );
  }
}

/** Throws unless the OpenAPI document allows a client to send this body. `path` may have its parameters as `:name`. */
export function checkRequestAgainstOpenApi(method: string, path: string, body: unknown): void {
  const template = templates.find(({ pattern }) => pattern.test(path))?.template ?? '';
  const place = `/paths/${escapePointer(template)}/${method.toLowerCase()}/requestBody`;
  const content = document.paths[template]?.[method.toLowerCase()]?.requestBody?.content;
  if (content?.['application/json'] === undefined) throw new Error(`${method} ${path} takes no JSON`);
  const schema = ajv.compile({ $ref: `openapi#${encodeURI(`${place}/content/application~1json/schema`)}` });
  if (!schema(body)) throw new Error(`${method} ${path} would refuse it: ${ajv.errorsText(schema.errors)}`);
}

/**
 * Throws unless a hand-written response is valid according to the OpenAPI document. The document allows members that it
 * does not list, but an example may not have them.
 */
export function checkExampleAgainstOpenApi(method: string, path: string, status: number, body: unknown): void {
  const template = templates.find(({ pattern }) => pattern.test(path))?.template ?? '';
  const { responses = {} } = document.paths[template]?.[method.toLowerCase()] ?? {};
  if (responses[status] === undefined) throw new Error(`${method} ${path} ${status} is not documented`);
  checkAgainstOpenApi(method, path, status, body, 'application/json');
  const response = resolve(responses[status]);
  const schema = Object.values(response.content ?? {})[0]?.schema;
  const strangers = schema === undefined ? [] : unknownMembers(schema, body, '');
  if (strangers.length > 0) throw new Error(`${method} ${path} ${status} has no ${strangers.join(', ')}`);
}

type Schema = {
  $ref?: string;
  anyOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: unknown;
};

/** Returns the paths of the members that no part of the schema lists. */
function unknownMembers(given: Schema, value: unknown, at: string): string[] {
  const parts = partsOf(given);
  if (Array.isArray(value)) {
    const items = parts.find((part) => part.items !== undefined)?.items;
    return items === undefined ? [] : value.flatMap((item, index) => unknownMembers(items, item, `${at}/${index}`));
  }
  if (typeof value !== 'object' || value === null) return [];
  const members: Record<string, Schema> = Object.assign({}, ...parts.map(({ properties = {} }) => properties));
  const isFree = Object.keys(members).length === 0 || parts.some((part) => part.additionalProperties);
  return Object.entries(value).flatMap(([name, member]) => {
    const schema = members[name];
    if (schema === undefined) return isFree ? [] : [`${at}/${name}`];
    return unknownMembers(schema, member, `${at}/${name}`);
  });
}

function partsOf(given: Schema): Schema[] {
  const schema = resolve(given);
  return [schema, ...[...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap(partsOf)];
}

/** Returns the target of a reference within the document. */
function resolve<T extends { $ref?: string }>(given: T): T {
  if (given.$ref === undefined) return given;
  const [, , group = '', name = ''] = given.$ref.split('/');
  return document.components[group]?.[name] as T; // the generator of the document never writes a dangling reference
}

/** Throws unless a value is valid against a JSON Schema. */
export function checkSchema(schema: object, value: unknown): void {
  if (!ajv.validate(schema, value)) throw new Error(ajv.errorsText());
}

/** Whether the OpenAPI document has an operation. `path` may have its parameters as `:name`. */
export function isInOpenApi(method: string, path: string): boolean {
  const template = templates.find(({ pattern }) => pattern.test(path))?.template ?? '';
  return document.paths[template]?.[method.toLowerCase()] !== undefined;
}

function compile(template: string, method: string, operation: Operation, status: number): ValidateFunction | undefined {
  const name = operation.responses[status] === undefined ? 'default' : String(status);
  let pointer = `/paths/${escapePointer(template)}/${method}/responses/${name}`;
  let response = operation.responses[name];
  if (response?.$ref !== undefined) {
    pointer = response.$ref.slice(1);
    const [, , group = '', component = ''] = pointer.split('/');
    response = document.components[group]?.[component] as typeof response;
  }
  const type = Object.keys(response?.content ?? {}).find((content) => content.includes('json'));
  if (type === undefined || response?.content?.[type]?.schema === undefined) return undefined;
  return ajv.compile({ $ref: `openapi#${encodeURI(`${pointer}/content/${escapePointer(type)}/schema`)}` });
}

function escapePointer(text: string): string {
  return text.replaceAll('~', '~0').replaceAll('/', '~1');
}
