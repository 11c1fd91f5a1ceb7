import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { default as addFormats } from 'ajv-formats';

type Operation = { responses: Record<string, { $ref?: string; content?: Record<string, { schema?: object }> }> };
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
 * Throws when an answer differs from the OpenAPI document: an undocumented status, or a body that does not validate.
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
