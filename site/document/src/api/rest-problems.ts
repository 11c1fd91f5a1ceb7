import {
  type DescField,
  type DescMethod,
  type DescService,
  type FileRegistry,
  getOption,
  hasOption,
  ScalarType,
} from '@bufbuild/protobuf';
import {
  Auth,
  Body,
  Effect,
  field as fieldOption,
  type NamedSchema,
  position,
  type Reason,
  rest,
  TestMode,
} from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { http } from '@drippulse/proto/google/api/annotations_pb';
import { servedBy } from '@drippulse/topology';
import { eventsOf } from './events.ts';
import { isPublic } from './is-public.ts';
import { reasonsOf, schemasOf } from './read-options.ts';
import { revisionProblems } from './revision-problems.ts';

/** Lists missing and contradictory options of the public API, one line each, with the name of the declaration. */
export function restProblems(registry: FileRegistry): string[] {
  const services = [...registry].filter((type) => type.kind === 'service').filter(isPublic);
  const methods = services.flatMap((service) => service.methods.filter((method) => hasOption(method, http)));
  return [
    ...services.flatMap(serviceProblems),
    ...repeated(services.map((service) => [service.typeName, getOption(service, position)])).map(
      ([name, taken]) => `${name}: another service has the position ${taken}`,
    ),
    ...methods.flatMap(methodProblems),
    ...methods.flatMap((method) => namedReasonProblems(method, reasonsOf(registry))),
    ...operationIdProblems(methods),
    ...eventProblems(registry),
    ...reasonProblems(reasonsOf(registry)),
    ...schemaProblems(schemasOf(registry)),
  ];
}

function serviceProblems(service: DescService): string[] {
  servedBy(service); // this call throws if no service of the platform owns the package
  return getOption(service, position) > 0 ? [] : [`${service.typeName}: position is missing`];
}

function methodProblems(method: DescMethod): string[] {
  const name = `${method.parent.typeName}.${method.name}`;
  if (!hasOption(method, rest)) return [`${name}: has a google.api.http rule and no rest option`];
  const option = getOption(method, rest);
  const { anyScope, audit, auth, changes, constant, deprecated, effect, minRole, operationId, testMode } = option;
  const reads = getOption(method, http).pattern.case === 'get';
  const problems: [string, boolean][] = [
    ['min_role is missing', auth !== Auth.NONE && minRole === Role.UNSPECIFIED],
    ['test_mode is missing', testMode === TestMode.UNSPECIFIED],
    ['a GET changes nothing: test_mode is TEST_MODE_READ or TEST_MODE_REFUSE', reads && testMode === TestMode.OWN],
    [
      'changes is missing: the path parameter of the row that the method changes, or `none`',
      testMode === TestMode.OWN && !reads && auth !== Auth.NONE && changes === '',
    ],
    ['changes needs TEST_MODE_OWN', changes !== '' && (testMode === TestMode.READ || testMode === TestMode.REFUSE)],
    [
      `changes "${changes}" is neither a path parameter nor \`none\``,
      !/^(|none)$/.test(changes) && !pathOf(method).includes(`{${changes}}`),
    ],
    [
      'a method that changes a row by its path says which: changes is not `none`',
      changes === 'none' && ['put', 'patch', 'delete'].includes(String(getOption(method, http).pattern.case)),
    ],
    ['audit is missing: `<noun>.<past participle>` or `none`', audit === ''],
    [
      `audit "${audit}" is neither \`<noun>.<past participle>\` nor \`none\``,
      !/^(|none|[a-z_]+\.[a-z_]+)$/.test(audit),
    ],
    [
      'deprecated needs `since` as a day or a time of RFC 3339, and a `sunset` after it or none',
      deprecated !== undefined && !isOrdered(deprecated.since, deprecated.sunset),
    ],
    ['constant is for a GET that takes no parameters', constant && (!reads || method.input.fields.length > 0)],
    ['a method that changes nothing has the audit `none`', testMode === TestMode.READ && !/^(|none)$/.test(audit)],
    ['operation_id is missing: the resource and the action, such as `workflows.enrollments.list`', operationId === ''],
    [
      `operation_id "${operationId}" is not a path of snake_case words, such as \`workflows.enrollments.list\``,
      !/^(|[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+)$/.test(operationId),
    ],
    [
      'effect is missing: EFFECT_NONE, EFFECT_WRITE, EFFECT_REAL or EFFECT_DESTRUCTIVE',
      !reads && effect === Effect.UNSPECIFIED,
    ],
    ['a GET changes nothing: effect is EFFECT_NONE, or left out', reads && effect > Effect.NONE],
    ['a method that is audited has an effect', effect === Effect.NONE && !/^(|none)$/.test(audit)],
    [
      'a body without a credential needs max_body_bytes, which bounds no stream',
      auth === Auth.NONE && takesBody(method) && (option.maxBodyBytes <= 0n || option.body === Body.STREAM),
    ],
    ['any_scope is for methods that API keys may call', anyScope && (auth === Auth.NONE || auth === Auth.USER_ONLY)],
    ...rawProblems(method),
  ];
  return [
    ...problems.filter(([, applies]) => applies).map(([problem]) => `${name}: ${problem}`),
    ...revisionProblems(method).map((problem) => `${name}: ${problem}`),
    ...(reads && isListOfRows(method) ? filterProblems(method) : []),
    ...method.input.fields.flatMap((field) => fieldProblems(field, getOption(method, http).pattern.value ?? '')),
  ];
}

/**
 * Whether a method returns a list of rows with ids. A catalog is not such a list, because its entries have names
 * instead of ids.
 */
function isListOfRows({ output }: DescMethod): boolean {
  const hasIds = ({ fieldKind, message }: DescField) =>
    fieldKind === 'list' && message !== undefined && message.fields.some(({ name }) => name === 'id');
  return output.fields.some(({ name }) => name === 'total_count') && output.fields.some(hasIds);
}

/** Filters that every list of rows has, by name. */
const rowFilters: Readonly<Record<string, (field: DescField) => boolean>> = {
  created_since: isTime,
  created_until: isTime,
  ids: (field) => field.fieldKind === 'list' && getOption(field, fieldOption).mostItems > 0,
};

function isTime(field: DescField): boolean {
  return field.message?.typeName === 'google.protobuf.Timestamp';
}

function filterProblems(method: DescMethod): string[] {
  return Object.entries(rowFilters).flatMap(([name, isRight]) => {
    const field = method.input.fields.find((each) => each.name === name);
    if (field !== undefined && isRight(field)) return [];
    const type = name === 'ids' ? 'a list with `most_items`' : 'a timestamp';
    return [`${method.input.typeName}: a list of rows has the filter \`${name}\`, ${type}`];
  });
}

/** Lists raw bodies and responses without media types. Raw bytes need media types, because no schema describes them. */
function rawProblems(method: DescMethod): [string, boolean][] {
  const { body, requestMediaTypes, responseMediaTypes } = getOption(method, rest);
  const takesRaw = body === Body.RAW || body === Body.STREAM;
  const { responseBody } = getOption(method, http);
  const answersRaw = [method.output, method.output.fields.find(({ name }) => name === responseBody)?.message].some(
    (desc) => desc?.typeName === 'google.api.HttpBody',
  );
  return [
    ['request_media_types is missing, such as `text/csv`', takesRaw && requestMediaTypes.length === 0],
    ['request_media_types needs a raw body', !takesRaw && requestMediaTypes.length > 0],
    ['response_media_types is missing, such as `text/csv`', answersRaw && responseMediaTypes.length === 0],
    ['response_media_types needs an answer in raw bytes', !answersRaw && responseMediaTypes.length > 0],
  ];
}

/**
 * Lists duplicate ids, and ids that name both a method and a resource with methods. A client cannot have two members
 * with one name.
 */
function operationIdProblems(methods: readonly DescMethod[]): string[] {
  const ids = methods
    .map((method): [string, string] => [
      `${method.parent.typeName}.${method.name}`,
      getOption(method, rest).operationId,
    ])
    .filter(([, id]) => id !== '');
  return [
    ...repeated(ids).map(([name, id]) => `${name}: another method has the operation_id "${id}"`),
    ...ids
      .filter(([, id]) => ids.some(([, other]) => other.startsWith(`${id}.`)))
      .map(([name, id]) => `${name}: the operation_id "${id}" is also the resource of another method`),
  ];
}

/** Lists duplicate event types. Schemas of webhooks are named after the event types, so the types must be unique. */
function eventProblems(registry: FileRegistry): string[] {
  return repeated(eventsOf(registry).map(({ type, field }) => [field.toString(), type])).map(
    ([name, type]) => `${name}: another event has the type "${type}"`,
  );
}

function isOrdered(since: string, sunset: string): boolean {
  const isTime = (text: string) => /^\d{4}-\d{2}-\d{2}(T\S+Z)?$/.test(text) && !Number.isNaN(Date.parse(text));
  return isTime(since) && (sunset === '' || (isTime(sunset) && Date.parse(since) < Date.parse(sunset)));
}

/** Lists the problems of members whose names do not match their types. */
function fieldProblems(field: DescField, path: string | object): string[] {
  const { ref, values } = getOption(field, fieldOption);
  const isOfPath = String(path).includes(`{${field.name}}`);
  const problems: [string, boolean][] = [
    ['`values` lists the orders of a list', field.name === 'sort' && values.length === 0],
    [
      '`ref` names the kind of the id of another resource',
      field.scalar === ScalarType.INT64 && /_ids?$/.test(field.name) && ref === '' && !isOfPath,
    ],
  ];
  return problems.filter(([, applies]) => applies).map(([problem]) => `${field.toString()}: ${problem}`);
}

function pathOf(method: DescMethod): string {
  return String(getOption(method, http).pattern.value);
}

/** Whether a method accepts a body at any of its paths. */
function takesBody(method: DescMethod): boolean {
  const rule = getOption(method, http);
  return [rule, ...rule.additionalBindings].some(({ body }) => body !== '');
}

function namedReasonProblems(method: DescMethod, declared: readonly Reason[]): string[] {
  return getOption(method, rest)
    .reasons.filter((name) => declared.every((reason) => reason.name !== name))
    .map((name) => `${method.parent.typeName}.${method.name}: no file declares the reason ${name}`);
}

function reasonProblems(reasons: readonly Reason[]): string[] {
  return [
    ...repeated(reasons.map(({ name }) => [name, name])).map(([name]) => `reason ${name}: declared twice`),
    ...reasons.flatMap(({ name, status, meaning }) => [
      ...(/^[a-z][a-z_]*$/.test(name) ? [] : [`reason "${name}": is not snake_case`]),
      ...(status >= 400 && status <= 599 ? [] : [`reason ${name}: ${status} is no status of an error`]),
      ...(meaning === '' ? [`reason ${name}: has no meaning`] : []),
    ]),
  ];
}

function schemaProblems(schemas: readonly NamedSchema[]): string[] {
  return [
    ...repeated(schemas.map(({ name }) => [name, name])).map(([name]) => `schema ${name}: declared twice`),
    ...schemas.flatMap(({ name, schema, example }) =>
      [schema, example].every(isJson) ? [] : [`schema ${name}: schema or example is not JSON`],
    ),
  ];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Returns the pairs whose second part also occurs in an earlier pair. */
function repeated<T>(pairs: [string, T][]): [string, T][] {
  return pairs.filter(([, value], index) => pairs.findIndex(([, other]) => other === value) < index);
}
