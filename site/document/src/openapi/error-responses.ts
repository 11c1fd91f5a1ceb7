import { STATUS_CODES } from 'node:http';
import type { Route } from '@drippulse/gateway/routes';
import type { ErrorCodes } from './error-codes.ts';
import { headersOf } from './response-headers.ts';
import { violationsMember } from './violation-schema.ts';

const descriptions: Readonly<Record<string, string>> = {
  400: 'The request is malformed, a required parameter is missing, or a member of a strict request is unknown.',
  401: 'The credential is missing, unknown, expired or revoked.',
  403: 'The credential is good but may not do this.',
  404: 'No such thing in your organization.',
  409: 'Another request is in the way: one with the same `Idempotency-Key` that still runs, or a value that is taken.',
  410: 'The request was carried out before, and its answer was erased with a person.',
  412: 'A condition of the request does not hold.',
  413: 'The body is too large.',
  415: 'The body has no media type that the route takes, or is compressed.',
  422: 'A value was refused; `errors` says which and why.',
  429: 'Over the rate limit; `Retry-After` says when to come back.',
  431: 'The address and the headers are larger than 16 KiB.',
  503: 'Something that this needs is away, or too much is under way; `Retry-After` says when to come back.',
  default: 'Something else went wrong; safe requests may be repeated with backoff.',
};

/** Returns the schema of all error codes. The list grows with the platform, so clients may receive unknown codes. */
export function errorCodeSchema(codes: readonly string[]): Record<string, unknown> {
  return { type: 'string', description: 'The stable codes of errors. More may be added.', enum: codes.toSorted() };
}

/** Error schema of every route: the members of RFC 9457 and the platform's own members. */
export const problemSchema = {
  type: 'object',
  description: 'An error: the members of RFC 9457 and `error`, `message`, `errors`, `violations` and `request_id`.',
  properties: {
    type: {
      type: 'string',
      format: 'uri-reference',
      description: 'Where the code is explained, relative to the address of the API.',
      examples: ['/docs/errors#route_not_found'],
    },
    title: { type: 'string', description: 'The status in words.' },
    status: { type: 'integer', description: 'The HTTP status.' },
    detail: { type: 'string', description: 'What went wrong, for a person.' },
    instance: { type: 'string', description: 'The path that was asked for.' },
    error: {
      anyOf: [{ $ref: '#/components/schemas/ErrorCode' }, { type: 'string' }],
      description: 'The stable code, for a program. Each answer of an operation lists its own.',
      examples: ['route_not_found'],
    },
    message: { type: 'string', description: 'The same as `detail`.' },
    errors: {
      type: 'object',
      description: 'What is wrong with which member, such as `steps.2.config.duration`.',
      additionalProperties: { type: 'array', items: { type: 'string' } },
    },
    violations: violationsMember,
    meter: { type: 'string', description: 'Of `quota_exceeded` and `plan_limit_reached`: the meter that is full.' },
    used: { type: 'integer', description: 'Of these: what is used of it.' },
    limit: { type: 'integer', description: 'Of these: where the plan stops.' },
    resets_at: {
      type: ['string', 'null'],
      format: 'date-time',
      description: 'Of these: when the month ends; null for what is not counted by month.',
    },
    request_id: { type: 'string', description: 'The request, as `X-Request-Id` names it.' },
  },
  required: ['type', 'title', 'status', 'detail', 'instance', 'error', 'message', 'errors', 'violations', 'request_id'],
};

/**
 * Collects the responses of errors. The most common response of each status becomes a component; all other responses
 * are written inline.
 */
export type ErrorResponses = {
  /** Returns the errors that a route can return, each with its codes. */
  of(route: Route, codes: ErrorCodes): Record<string, unknown>;
  /** Returns the components by name. */
  collected(): Record<string, unknown>;
};

/**
 * Collects the responses. The responses of all operations are counted first, because the most common response of a
 * status becomes the component.
 */
export function collectErrorResponses(operations: readonly { route: Route; codes: ErrorCodes }[]): ErrorResponses {
  const usual = usualResponses(operations.flatMap(({ route, codes }) => Object.entries(responsesOf(route, codes))));
  return {
    of: (route, codes) =>
      Object.fromEntries(
        Object.entries(responsesOf(route, codes)).map(([status, response]) => [
          status,
          JSON.stringify(response) === usual.get(status)
            ? { $ref: `#/components/responses/${nameOf(status)}` }
            : response,
        ]),
      ),
    collected: () => Object.fromEntries([...usual].map(([status, text]) => [nameOf(status), JSON.parse(text)])),
  };
}

function usualResponses(responses: readonly [string, unknown][]): Map<string, string> {
  const counts = new Map<string, Map<string, number>>();
  for (const [status, response] of responses) {
    const text = JSON.stringify(response);
    const ofStatus = counts.get(status) ?? new Map<string, number>();
    counts.set(status, ofStatus.set(text, (ofStatus.get(text) ?? 0) + 1));
  }
  const most = (texts: Map<string, number>) => [...texts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  return new Map([...counts].map(([status, texts]) => [status, most(texts)]));
}

/** Returns the name of a status, such as `NotFound` for 404. */
function nameOf(status: string): string {
  return status === 'default' ? 'Error' : (STATUS_CODES[status] ?? status).replaceAll(/[^A-Za-z]/g, '');
}

/**
 * Returns the error responses of a route. The codes are written next to the reference to the schema, so that a client
 * has one type for all errors, and still finds the codes of each response.
 */
function responsesOf(route: Route, codes: ErrorCodes): Record<string, unknown> {
  return Object.fromEntries([
    ...[...codes].map(([status, names]) => [status, errorResponse(route, status, names)]),
    ['default', errorResponse(route, 'default')],
  ]);
}

function errorResponse(route: Route, status: number | 'default', codes?: readonly string[]): Record<string, unknown> {
  const problem = { $ref: '#/components/schemas/Problem' };
  const schema = codes === undefined ? problem : { ...problem, properties: { error: { enum: codes } } };
  const description = descriptions[status];
  if (description === undefined) throw new Error(`Errors of the status ${status} need a description`);
  const isOwn = status !== 'default' && route.rest.otherStatuses.includes(status);
  const isPage = route.rest.htmlErrors && (pages.has(status) || isOwn);
  return {
    description: isPage ? `${description} A page where \`Accept\` names \`text/html\`.` : description,
    headers: headersOf(route, status),
    content: {
      'application/problem+json': { schema },
      ...(isPage && { 'text/html': { schema: { type: 'string' } } }),
    },
  };
}

/**
 * Statuses of the errors that the service itself returns, as HTML pages on routes that serve pages. All other errors
 * are made by the gateway.
 */
const pages: ReadonlySet<number | 'default'> = new Set([404, 409, 422, 503, 'default']);
