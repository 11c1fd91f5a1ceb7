import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { answersRaw, isRepeatable, type Route } from '@drippulse/gateway/routes';
import { exampleOf, fieldRest, fieldSchemaOf, isHidden, type JsonSchema } from '@drippulse/json';
import { Auth, Body, type MethodRest, TestMode } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { roles, scopeOf } from '@drippulse/rpc';
import type { CommentOf } from './comments.ts';
import type { SchemaComponents } from './components.ts';
import type { ErrorCodes } from './error-codes.ts';
import type { ErrorResponses } from './error-responses.ts';
import { headersOf } from './response-headers.ts';
import { tagParametersOf, tagResponses } from './validators.ts';

/** A method with its main path, its alias paths, and the codes of its errors. */
export type Operation = { route: Route; aliases: readonly Route[]; codes: ErrorCodes };

/**
 * Builds the OpenAPI operation of a method. Its alias paths are named in the text, because a client needs only one
 * path.
 */
export function operationOf(
  { route, aliases, codes }: Operation,
  commentOf: CommentOf,
  schemas: SchemaComponents,
  errors: ErrorResponses,
): Record<string, unknown> {
  const { method, rest } = route;
  const comment = commentOf(method) ?? '';
  const parameters = parametersOf(route, commentOf, schemas);
  const body = requestBodyOf(route, schemas);
  return {
    operationId: rest.operationId,
    tags: [rest.tag],
    summary: summaryOf(comment),
    description: [comment, aliasesOf(aliases), accessOf(route)].filter((text) => text !== '').join('\n\n'),
    security: rest.auth === Auth.NONE ? [] : [{ bearer: [] }],
    parameters,
    ...(body !== undefined && { requestBody: body }),
    ...(rest.deprecated && { deprecated: true }),
    responses: {
      ...successes(route, schemas),
      ...errors.of(route, codes),
      ...tagResponses(route, currentOf(route, schemas)),
    },
  };
}

/** Returns the schema of the row that the route changes, as the row's GET shows it. */
function currentOf({ shown }: Route, schemas: SchemaComponents): JsonSchema | undefined {
  const desc = shown?.responseField?.message;
  return desc && schemas.response(desc);
}

function successes(route: Route, schemas: SchemaComponents): Record<string, unknown> {
  const { successStatus, otherStatuses } = route.rest;
  return Object.fromEntries(
    [successStatus || 200, ...otherStatuses].map((status) => [String(status), successOf(route, status, schemas)]),
  );
}

/** Returns the first sentence without its full stop. */
export function summaryOf(comment: string): string {
  return (/^.*?(?=[.:](?:\s|$))/s.exec(comment)?.[0] ?? comment).trim();
}

function aliasesOf(aliases: readonly Route[]): string {
  const paths = aliases.map(({ httpMethod, template }) => `\`${httpMethod} ${template}\``);
  return paths.length === 0 ? '' : `Also at ${paths.join(' and ')}.`;
}

function accessOf({ method, rest }: Route): string {
  if (rest.auth === Auth.NONE) return '';
  const sentences = [`Least role: \`${roles[rest.minRole - 1]}\`.`];
  const scope = scopeOf(method);
  if (scope !== undefined) sentences.push(`Scope: \`${scope}\`.`);
  if (rest.auth === Auth.USER_ONLY) sentences.push('Needs the session token of a user.');
  return [...sentences, ...testKeyRule(rest)].join(' ');
}

/** Returns the rule for test keys. Only methods that API keys may call have such a rule. */
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
  parameters.push(...tagParametersOf(route));
  if (isRepeatable(route)) parameters.push({ $ref: '#/components/parameters/IdempotencyKey' });
  for (const name of route.rest.requestHeaders) {
    if (name !== 'prefer') parameters.push({ name, in: 'header', schema: { type: 'string' } });
  }
  parameters.push({ $ref: '#/components/parameters/Prefer' });
  return parameters;
}

export function isQueryField(route: Route, field: DescField): boolean {
  if (isHidden(field)) return false;
  if (route.bodyField !== undefined) return field !== route.bodyField;
  return !route.hasBody || fieldRest(field).alsoQuery;
}

function parameterOf(
  field: DescField,
  where: 'path' | 'query',
  commentOf: CommentOf,
  schemas: SchemaComponents,
): Record<string, unknown> {
  const description = commentOf(field);
  const { describe: _, ...options } = schemas.options; // the description is written next to the schema
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
  if (bodyField !== undefined) return rawBody(route, schemas);
  const pathFields = pathFieldsOf(route);
  const fields = bodyFieldsOf(route);
  if (fields.length === 0) return undefined;
  const { wrapper } = rest;
  const example = exampleOf(method.input, { named: schemas.examples, direction: 'request' });
  return {
    ...(wrapper !== '' && { description: `The members, bare as here or under the key \`${wrapper}\`.` }),
    required: isBodyRequired(route),
    content: { 'application/json': { schema: schemas.request(method.input, pathFields), example } },
  };
}

/** Returns the fields that a JSON body may have. */
export function bodyFieldsOf(route: Route): DescField[] {
  const pathFields = pathFieldsOf(route);
  return route.method.input.fields.filter((field) => !isHidden(field) && !pathFields.has(field.name));
}

/** Whether a request without a body is refused, or would change nothing. */
export function isBodyRequired(route: Route): boolean {
  if (route.bodyField !== undefined || route.httpMethod === 'PATCH') return true;
  return bodyFieldsOf(route).some((field) => fieldRest(field).required || fieldRest(field).rows);
}

/** Returns raw bytes by media type. An upload may also be sent as the part `file` of a form. */
function rawBody(route: Route, schemas: SchemaComponents): Record<string, unknown> {
  const { body, requestMediaTypes } = route.rest;
  const message = messageOfRaw(route);
  if (message !== undefined) {
    const example = exampleOf(message, { named: schemas.examples, direction: 'request' });
    return {
      required: true,
      content: { 'application/json': { schema: schemas.request(message, new Set()), example } },
    };
  }
  const types = body === Body.STREAM ? [...requestMediaTypes, 'multipart/form-data'] : requestMediaTypes;
  return {
    required: true,
    content: Object.fromEntries(types.map((type) => [type, { schema: rawSchema(type, body) }])),
  };
}

/** Returns the message that describes the JSON in a raw body, if the method names one. */
export function messageOfRaw({ method, rest: { bodyMessage } }: Route): DescMessage | undefined {
  if (bodyMessage === '') return undefined;
  const found = method.parent.file.messages.find(({ name }) => name === bodyMessage);
  if (found === undefined) throw new Error(`${method.toString()}: its file has no message ${bodyMessage}`);
  return found;
}

/**
 * Returns the schema of a raw body. Bytes that no schema describes are a binary string, which clients send unchanged.
 */
function rawSchema(mediaType: string, body: Body): Record<string, unknown> {
  if (mediaType === 'multipart/form-data' && body === Body.STREAM) {
    const file = { type: 'string', format: 'binary', description: 'The file.' };
    return { type: 'object', properties: { file }, required: ['file'] };
  }
  if (/json$|form-data$|form-urlencoded$/.test(mediaType)) return { type: 'object', additionalProperties: true };
  return { type: 'string', format: 'binary' };
}

/** Returns the schema of one event of a stream, in the form of OpenAPI 3.2. */
function eventSchema(data: JsonSchema): JsonSchema {
  return {
    type: 'object',
    description: 'One event. An event `end` says why no other follows; the data of all others are hints.',
    properties: {
      id: { type: 'string', description: 'Position in the stream, for `Last-Event-ID`.' },
      event: { type: 'string', enum: ['message', 'end'] },
      data: { type: 'string', contentMediaType: 'application/json', contentSchema: data },
    },
  };
}

function rawAnswerSchema(mediaType: string): Record<string, unknown> {
  if (mediaType.endsWith('json')) return { type: 'object', additionalProperties: true };
  return { type: 'string', ...(!mediaType.startsWith('text/') && { format: 'binary' }) };
}

function successOf(route: Route, status: number, schemas: SchemaComponents): Record<string, unknown> {
  const { method, rest, responseField } = route;
  const headers = headersOf(route, status);
  if (status === 204) return { description: 'Done; no body.', headers };
  if (status === 303) return { description: 'See the other address.', headers };
  const description = descriptions[status] ?? 'Success.';
  if (rest.eventStream) {
    const content = { 'text/event-stream': { schema: eventSchema(schemas.response(method.output)) } };
    return { description: 'Server-sent events without an end.', headers, content };
  }
  if (answersRaw(route)) {
    const content = rest.responseMediaTypes.map((type) => [type, { schema: rawAnswerSchema(type) }]);
    return { description, headers, content: Object.fromEntries(content) };
  }
  const desc = responseField?.message ?? method.output;
  const example = exampleOf(desc, { named: schemas.examples });
  return {
    description,
    headers,
    content: { 'application/json': { schema: schemas.response(desc), example } },
  };
}

const descriptions: Readonly<Record<number, string>> = {
  201: 'Created.',
  202: 'Accepted; it goes on.',
  302: 'Go to the other address.',
  403: 'Refused; a page says why.',
  404: 'There is no such thing; a page says so.',
  409: 'Refused; a page says why.',
};

export function pathFieldsOf({ segments }: Route): Set<string> {
  return new Set(segments.flatMap((segment) => ('parameter' in segment ? [segment.parameter] : [])));
}
