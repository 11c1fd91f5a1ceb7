import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { FakeRequest } from '../fake.ts';
import { decodeForm } from './decode-form.ts';
import { type Description, escapePointer, type Operation } from './load.ts';

/** Headers that clients or proxies add to any request. */
const commonHeaders = new Set(
  (
    'host connection keep-alive user-agent accept accept-encoding accept-language authorization content-type content-length ' +
    'transfer-encoding date traceparent tracestate sec-fetch-mode'
  ).split(' '),
);

/** Names that a provider accepts in addition to the names in its description. */
export type MoreNames = { headers?: readonly string[]; query?: readonly string[] };

/** Checks a request against the description. Returns the problems as phrases, and the decoded query and body. */
export function checkRequest(
  description: Description,
  operation: Operation,
  request: FakeRequest,
  more: MoreNames = {},
): { problems: string[]; query: Record<string, unknown>; body: unknown } {
  const query = decodeForm(request.query);
  const body = readBody(request);
  const problems = [
    ...parameterProblems(description, operation, { values: query, place: 'query', more: more.query ?? [] }),
    ...parameterProblems(description, operation, {
      values: request.headers,
      place: 'header',
      more: [...commonHeaders, ...(more.headers ?? [])],
    }),
    ...bodyProblems(description, operation, request, body),
  ];
  return { problems, query, body };
}

function parameterProblems(
  description: Description,
  { definition, pointer }: Operation,
  {
    values,
    place,
    more,
  }: { values: Readonly<Record<string, unknown>>; place: 'query' | 'header'; more: readonly string[] },
): string[] {
  const known = (definition.parameters ?? []).map((parameter, index) => ({ parameter, index }));
  const here = known.filter(({ parameter }) => parameter.in === place);
  const nameOf = (name: string) => (place === 'header' ? name.toLowerCase() : name);
  const names = new Set([...more, ...here.map(({ parameter }) => nameOf(parameter.name))]);
  const unknown = Object.keys(values).filter((name) => !names.has(nameOf(name)));
  return [
    ...unknown.map((name) => `${place} ${name} is unknown`),
    ...here.flatMap(({ parameter: { name, required, schema }, index }) => {
      const value = values[nameOf(name)];
      if (value === undefined) return required ? [`${place} ${name} is missing`] : [];
      const list = schema.type === 'array' && !Array.isArray(value) ? [value] : value;
      const validate = description.validator(`${pointer}/parameters/${index}/schema`, 'lenient');
      return validate(list) ? [] : [`${place} ${name}: ${problemsOf(validate)}`];
    }),
  ];
}

function bodyProblems(
  description: Description,
  { definition: { requestBody }, pointer }: Operation,
  { headers, text }: FakeRequest,
  body: unknown,
): string[] {
  if (requestBody === undefined) return text === '' ? [] : ['it has a body, and takes none'];
  if (text === '') return requestBody.required ? ['it has no body'] : [];
  const type = mediaTypeOf(headers);
  if (!Object.hasOwn(requestBody.content, type)) return [`its body is ${type || 'of no type'}`];
  const validate = description.validator(
    `${pointer}/requestBody/content/${escapePointer(type)}/schema`,
    type === formType ? 'lenient' : 'exact',
  );
  return validate(body) ? [] : [`body: ${problemsOf(validate)}`];
}

const formType = 'application/x-www-form-urlencoded';

function mediaTypeOf(headers: Readonly<Record<string, string>>): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function readBody({ headers, text }: FakeRequest): unknown {
  const type = mediaTypeOf(headers);
  if (type === formType) return decodeForm([...new URLSearchParams(text)]);
  if (type !== 'application/json' || text === '') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function problemsOf({ errors }: ValidateFunction): string {
  const texts = (errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${instancePath || 'it'} ${message}${'additionalProperty' in params ? ` (${params['additionalProperty']})` : ''}`,
  );
  return [...new Set(texts)].join(', ');
}
