import type { DescField } from '@bufbuild/protobuf';
import { answersRaw, isRepeatable, type Route } from '@drippulse/gateway/routes';
import { exampleOf, fieldRest, fieldSchemaOf, isMask, type JsonSchema } from '@drippulse/json';
import { Auth, Body, type MethodRest, TestMode } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { roles } from '@drippulse/rpc';
import type { CommentOf } from './comments.ts';
import type { SchemaComponents } from './components.ts';
import { errorResponses } from './error-responses.ts';

/** The OpenAPI operation of one route. `alias` counts the additional bindings of a method. */
export function operationOf(
  route: Route,
  alias: number,
  commentOf: CommentOf,
  schemas: SchemaComponents,
): Record<string, unknown> {
  const { method, rest } = route;
  const comment = commentOf(method) ?? '';
  const operationId = method.localName + (alias === 0 ? '' : `Alias${alias}`);
  const parameters = parametersOf(route, commentOf, schemas);
  const body = requestBodyOf(route, schemas);
  return {
    operationId,
    tags: [rest.tag],
    summary: summaryOf(comment),
    description: [comment, accessOf(route)].filter((text) => text !== '').join('\n\n'),
    security: rest.auth === Auth.NONE ? [] : [{ bearer: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: body }),
    responses: { ...successes(route, schemas), ...errorResponses(route) },
  };
}

function successes(route: Route, schemas: SchemaComponents): Record<string, unknown> {
  const { successStatus, otherStatuses } = route.rest;
  const success = successOf(route, schemas);
  return Object.fromEntries([successStatus || 200, ...otherStatuses].map((status) => [String(status), success]));
}

/** The first sentence without its full stop. */
function summaryOf(comment: string): string {
  return (/^.*?(?=[.:](?:\s|$))/s.exec(comment)?.[0] ?? comment).trim();
}

function accessOf({ rest }: Route): string {
  if (rest.auth === Auth.NONE) return '';
  const sentences = [`Least role: \`${roles[rest.minRole - 1]}\`.`];
  if (rest.auth === Auth.USER_ONLY) sentences.push('Needs the session token of a user.');
  return [...sentences, ...testKeyRule(rest)].join(' ');
}

/** Only of methods that API keys may call. */
function testKeyRule({ auth, changes, testMode }: MethodRest): string[] {
  if (auth === Auth.USER_ONLY) return [];
  if (testMode === TestMode.REFUSE) return ['Test keys get 403 `test_mode`.'];
  return testMode === TestMode.OWN && changes !== 'none' ? ['Test keys get 403 `test_mode` for a live row.'] : [];
}

function parametersOf(route: Route, commentOf: CommentOf, schemas: SchemaComponents): unknown[] {
  const inPath = pathFieldsOf(route);
  const parameters: unknown[] = [];
  for (const field of route.method.input.fields) {
    if (inPath.has(field.name)) parameters.push(parameterOf(field, 'path', commentOf, schemas));
    else if (isQueryField(route, field)) parameters.push(parameterOf(field, 'query', commentOf, schemas));
  }
  if (isRepeatable(route)) parameters.push({ $ref: '#/components/parameters/IdempotencyKey' });
  for (const name of route.rest.requestHeaders) {
    parameters.push({ name, in: 'header', schema: { type: 'string' } });
  }
  return parameters;
}

function isQueryField(route: Route, field: DescField): boolean {
  if (isMask(field)) return false;
  return route.bodyField === undefined ? !route.hasBody : field !== route.bodyField;
}

function parameterOf(
  field: DescField,
  where: 'path' | 'query',
  commentOf: CommentOf,
  schemas: SchemaComponents,
): Record<string, unknown> {
  const description = commentOf(field);
  const { describe: _, ...options } = schemas.options; // the description stands beside the schema
  const { examples, ...schema } = fieldSchemaOf(field, { ...options, direction: 'parameter' });
  return {
    name: field.name,
    in: where,
    ...((where === 'path' || fieldRest(field).required) && { required: true }),
    ...(description !== undefined && { description }),
    schema: { ...schema, ...(where === 'path' && schema['type'] === 'integer' && { minimum: 1 }) },
    ...(Array.isArray(examples) && { example: examples[0] }),
  };
}

function requestBodyOf(route: Route, schemas: SchemaComponents): Record<string, unknown> | undefined {
  const { method, rest, hasBody, bodyField } = route;
  if (!hasBody) return undefined;
  if (bodyField !== undefined) return rawBody(rest.body === Body.STREAM);
  const pathFields = pathFieldsOf(route);
  const fields = method.input.fields.filter((field) => !isMask(field) && !pathFields.has(field.name));
  if (fields.length === 0) return undefined;
  const schema = schemas.request(method.input, pathFields);
  const example = exampleOf(method.input, { named: schemas.examples, direction: 'request' });
  return {
    required: fields.some((field) => fieldRest(field).required) || route.httpMethod === 'PATCH',
    content: { 'application/json': { schema: withWrapper(schema, rest.wrapper), example } },
  };
}

function rawBody(isUpload: boolean): Record<string, unknown> {
  const file = { type: 'string', contentMediaType: 'application/octet-stream' };
  const upload = { schema: { type: 'object', properties: { file }, required: ['file'] } };
  return { required: true, content: { '*/*': { schema: {} }, ...(isUpload && { 'multipart/form-data': upload }) } };
}

function withWrapper(schema: JsonSchema, wrapper: string): JsonSchema {
  if (wrapper === '') return schema;
  const wrapped = { type: 'object', properties: { [wrapper]: schema }, required: [wrapper] };
  return { description: `The members, bare or under \`${wrapper}\`.`, anyOf: [schema, wrapped] };
}

function successOf(route: Route, schemas: SchemaComponents): Record<string, unknown> {
  const { method, rest, responseField } = route;
  const headers = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } };
  if (rest.successStatus === 204) return { description: 'Done; no body.', headers };
  const located = rest.location === '' ? headers : { ...headers, Location: { $ref: '#/components/headers/Location' } };
  if (answersRaw(route)) return { description: 'The bytes.', headers: located, content: { '*/*': { schema: {} } } };
  const desc = responseField?.message ?? method.output;
  const example = exampleOf(desc, { named: schemas.examples });
  return {
    description: rest.successStatus === 201 ? 'Created.' : 'Success.',
    headers: located,
    content: { 'application/json': { schema: schemas.response(desc), example } },
  };
}

function pathFieldsOf({ segments }: Route): Set<string> {
  return new Set(segments.flatMap((segment) => ('parameter' in segment ? [segment.parameter] : [])));
}
