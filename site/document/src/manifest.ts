import { type DescEnum, type DescField, ScalarType } from '@bufbuild/protobuf';
import { answersRaw, isRepeatable } from '@drippulse/gateway/routes';
import { enumNames, fieldRest } from '@drippulse/json';
import {
  Auth,
  AuthSchema,
  Effect,
  EffectSchema,
  LimitClassSchema,
  TestModeSchema,
} from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { RoleSchema } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { scopeOf } from '@drippulse/rpc';
import type { PublicApi } from './api/public-api.ts';
import { readComments } from './openapi/comments.ts';
import {
  bodyFieldsOf,
  isBodyRequired,
  isQueryField,
  messageOfRaw,
  type Operation,
  pathFieldsOf,
  summaryOf,
} from './openapi/operation.ts';
import { filesOf, operationsOf } from './openapi/operations.ts';

/**
 * Builds the manifest: for each operation, the facts that the OpenAPI document cannot express, and the few facts of the
 * document that a program needs to make a call. Pages of the reference, tests of access and generated clients read the
 * manifest. It has the order of the documentation.
 */
export function buildManifest(api: PublicApi, version: string): Record<string, unknown> {
  const files = filesOf(api);
  const commentOf = readComments(files);
  return {
    version,
    document: '/docs/skills/drippulse-openapi-v1.json',
    operations: operationsOf(api, files).map((operation) =>
      entryOf(operation, commentOf(operation.route.method) ?? ''),
    ),
    events: api.events.map(({ type, description }) => ({ type, description })),
  };
}

function entryOf({ route, aliases, codes }: Operation, comment: string): Record<string, unknown> {
  const { method, rest, httpMethod, template } = route;
  const inPath = pathFieldsOf(route);
  const words = rest.operationId.split('.');
  const limit = rest.limits === 0 ? null : (enumNames(LimitClassSchema).get(rest.limits) ?? null);
  return {
    id: rest.operationId,
    resource: words.slice(0, -1).join('.'),
    verb: words.at(-1),
    method: httpMethod,
    path: template,
    aliases: aliases.map((alias) => `${alias.httpMethod} ${alias.template}`),
    tag: rest.tag,
    summary: summaryOf(comment),
    path_fields: method.input.fields.filter(({ name }) => inPath.has(name)).map(fieldEntry),
    query_fields: method.input.fields
      .filter((field) => !inPath.has(field.name) && isQueryField(route, field))
      .map(fieldEntry),
    body: bodyOf(route),
    answer: answerOf(route),
    auth: shortName(AuthSchema, rest.auth || Auth.BEARER),
    role: rest.auth === Auth.NONE ? null : shortName(RoleSchema, rest.minRole),
    scope: scopeOf(method) ?? null,
    effect: shortName(EffectSchema, rest.effect || Effect.NONE),
    idempotent: isRepeatable(route),
    test_mode: shortName(TestModeSchema, rest.testMode),
    audit: rest.audit === 'none' ? null : rest.audit,
    limit,
    pagination: paginationOf(route),
    errors: Object.fromEntries(codes),
  };
}

function fieldEntry(field: DescField): Record<string, unknown> {
  const { required, values } = fieldRest(field);
  const allowed = field.enum === undefined ? values : [...enumNames(field.enum).values()];
  return {
    name: field.name,
    type: typeOf(field),
    ...(required && { required }),
    ...(field.fieldKind === 'list' && { repeated: true }),
    ...(allowed.length > 0 && { values: allowed }),
  };
}

function typeOf({ enum: ofEnum, message, scalar }: DescField): string {
  if (ofEnum !== undefined) return 'string';
  if (message !== undefined) return message.typeName === 'google.protobuf.Timestamp' ? 'date-time' : 'object';
  if (scalar === ScalarType.BOOL) return 'boolean';
  if (scalar === ScalarType.INT64 || scalar === ScalarType.INT32) return 'integer';
  return scalar === ScalarType.DOUBLE || scalar === ScalarType.FLOAT ? 'number' : 'string';
}

/** Returns the body: a schema of the document, or the media types of raw bytes. Null for a route without a body. */
function bodyOf(route: Operation['route']): Record<string, unknown> | null {
  const { hasBody, bodyField, method, rest } = route;
  if (!hasBody) return null;
  if (bodyField !== undefined) {
    const schema = messageOfRaw(route)?.name ?? null;
    return { required: true, schema, media_types: rest.requestMediaTypes, wrapper: null };
  }
  const fields = bodyFieldsOf(route);
  if (fields.length === 0) return null;
  return {
    required: isBodyRequired(route),
    schema: method.input.name,
    media_types: ['application/json'],
    wrapper: rest.wrapper || null,
    required_fields: fields
      .filter((field) => fieldRest(field).required || fieldRest(field).rows)
      .map(({ name }) => name),
  };
}

function answerOf(route: Operation['route']): Record<string, unknown> {
  const { method, rest, responseField } = route;
  const status = rest.successStatus || 200;
  if (status === 204) return { status, schema: null, media_types: [] };
  if (answersRaw(route)) return { status, schema: null, media_types: rest.responseMediaTypes };
  return { status, schema: (responseField?.message ?? method.output).name, media_types: ['application/json'] };
}

/** Returns how a list is paged: the member with the rows, and the parameters. Null for a list of one page. */
function paginationOf({ isList, method }: Operation['route']): Record<string, unknown> | null {
  const rows = method.output.fields.find(({ fieldKind, message }) => fieldKind === 'list' && message !== undefined);
  const has = (name: string) => method.input.fields.some((field) => field.name === name);
  if (!isList || rows === undefined || !has('cursor')) return null;
  return {
    rows: rows.name,
    cursor: 'cursor',
    limit: has('limit') ? 'limit' : null,
    next_cursor: 'next_cursor',
    total_count: 'total_count',
  };
}

function shortName(desc: DescEnum, number: number): string {
  return enumNames(desc).get(number) ?? '';
}
