import { isRepeatable, type Route } from '@drippulse/gateway/routes';
import { Auth, LimitClass } from '@drippulse/proto/drippulse/rest/v1/rest_pb';

const descriptions = {
  BadRequest: 'The body is no valid JSON, or a required parameter is missing.',
  Unauthorized: 'The credential is missing, unknown, expired or revoked.',
  Forbidden: 'The credential is good but may not do this.',
  NotFound: 'No such thing in your organization.',
  Conflict: 'A request with the same `Idempotency-Key` is still running.',
  Gone: 'The request was carried out before, and its answer was erased with a person.',
  TooLarge: 'The body is too large.',
  UnsupportedMediaType: 'The body is not JSON, or is compressed.',
  Invalid: 'A value was refused; `errors` says which and why.',
  TooManyRequests: 'Over the rate limit; `Retry-After` says when to come back.',
  Error: 'Something else went wrong; safe requests may be repeated with backoff.',
};

const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** The responses of errors, which operations refer to. */
export const errorResponseComponents = Object.fromEntries(
  Object.entries(descriptions).map(([name, description]) => [name, { description, headers: headersOf(name), content }]),
);

/** The error shape of every route: RFC 9457's members and our own. */
export const problemSchema = {
  type: 'object',
  description: 'An error: the members of RFC 9457 and `error`, `message`, `errors` and `request_id`.',
  properties: {
    type: { type: 'string', description: 'Where the reason is explained.', examples: ['/docs/errors#route_not_found'] },
    title: { type: 'string', description: 'The status in words.' },
    status: { type: 'integer', description: 'The HTTP status.' },
    detail: { type: 'string', description: 'What went wrong, for a person.' },
    instance: { type: 'string', description: 'The path that was asked for.' },
    error: { type: 'string', description: 'The stable reason, for a program.', examples: ['route_not_found'] },
    message: { type: 'string', description: 'The same as `detail`.' },
    errors: {
      type: 'object',
      description: 'What is wrong with which member, such as `steps.2.config.duration`.',
      additionalProperties: { type: 'array', items: { type: 'string' } },
    },
    request_id: { type: 'string', description: 'The request, as `X-Request-Id` names it.' },
  },
  required: ['type', 'title', 'status', 'detail', 'instance', 'error', 'message', 'errors', 'request_id'],
};

/** The errors that a route can answer with. */
export function errorResponses(route: Route): Record<string, unknown> {
  const { hasBody, bodyField, rest, segments } = route;
  const isOpen = rest.auth === Auth.NONE;
  const isJson = hasBody && bodyField === undefined;
  const names: [number | 'default', keyof typeof descriptions, boolean][] = [
    [400, 'BadRequest', hasBody],
    [401, 'Unauthorized', !isOpen || rest.limits === LimitClass.LOGIN],
    [403, 'Forbidden', !isOpen],
    [404, 'NotFound', segments.some((segment) => 'parameter' in segment)],
    [409, 'Conflict', isRepeatable(route)],
    [410, 'Gone', isRepeatable(route)],
    [413, 'TooLarge', hasBody],
    [415, 'UnsupportedMediaType', isJson],
    [422, 'Invalid', true],
    [429, 'TooManyRequests', true],
    ['default', 'Error', true],
  ];
  const given = names.filter(([, , applies]) => applies);
  return Object.fromEntries(
    given.map(([status, name]) => [
      status,
      rest.htmlErrors && pages.has(status) ? pageOrProblem(name) : { $ref: `#/components/responses/${name}` },
    ]),
  );
}

/** Statuses of errors that the service answers, with pages if the route has them; the others are the gateway's. */
const pages: ReadonlySet<number | 'default'> = new Set([404, 422, 'default']);

function pageOrProblem(name: keyof typeof descriptions): unknown {
  const { [name]: response } = errorResponseComponents;
  return {
    ...response,
    description: `${descriptions[name]} A page where \`Accept\` names \`text/html\`.`,
    content: { ...content, 'text/html': { schema: { type: 'string' } } },
  };
}

function headersOf(name: string): Record<string, unknown> {
  const requestId = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } };
  return name === 'TooManyRequests' || name === 'Conflict'
    ? { ...requestId, 'Retry-After': { $ref: '#/components/headers/RetryAfter' } }
    : requestId;
}
