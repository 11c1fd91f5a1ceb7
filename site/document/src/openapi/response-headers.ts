import { isRepeatable, type Route } from '@drippulse/gateway/routes';
import { Auth } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { hasTag } from './validators.ts';

type ResponseHeader = {
  description: string;
  schema: Record<string, unknown>;
  /** Whether responses of a route with this status have the header. */
  isIn(route: Route, status: number | 'default'): boolean;
};

/**
 * Headers of responses by name. To add a header, add an entry here; the header's component and the responses that have
 * it are derived from the entry.
 */
const responseHeaders: Record<string, ResponseHeader> = {
  'X-Request-Id': {
    description: 'Name of the request, in logs too.',
    schema: { type: 'string' },
    isIn: () => true,
  },
  'DripPulse-Version': {
    description: 'Version of the product that answers.',
    schema: { type: 'string', examples: ['0.1.0'] },
    isIn: () => true,
  },
  'DripPulse-Mode': {
    description: '`test` on answers to a test key; absent on others.',
    schema: { type: 'string', enum: ['test'] },
    isIn: (route) => route.rest.auth !== Auth.NONE,
  },
  'Preference-Applied': {
    description: 'The preferences of `Prefer` that were followed.',
    schema: { type: 'string', examples: ['handling=strict'] },
    isIn: () => true,
  },
  Deprecation: {
    description: 'Since when clients should no longer use the route (RFC 9745).',
    schema: { type: 'string', examples: ['@1775088000'] },
    isIn: ({ rest }) => rest.deprecated !== undefined,
  },
  Sunset: {
    description: 'From when on the route may be gone (RFC 8594).',
    schema: { type: 'string', examples: ['Fri, 02 Apr 2027 12:00:00 GMT'] },
    isIn: ({ rest }) => rest.deprecated !== undefined && rest.deprecated.sunset !== '',
  },
  Location: {
    description: 'Path of what was created, or where to go.',
    schema: { type: 'string', format: 'uri-reference' },
    isIn: ({ rest }, status) => (isSuccess(status) && rest.location !== '') || status === 302 || status === 303,
  },
  'Content-Security-Policy': {
    description: 'What a page may load and where its forms may go: nothing but its own style, and no script.',
    schema: { type: 'string' },
    isIn: ({ rest }) => rest.responseHeaders.includes('content-security-policy'),
  },
  'Set-Cookie': {
    description: 'Marks the browser for ten minutes, or ends that.',
    schema: { type: 'string' },
    isIn: ({ rest }, status) => rest.responseHeaders.includes('set-cookie') && status === 302,
  },
  ETag: {
    description:
      'Tag of the answer: the revision of the row and a hash, such as `"5.x1ZqLk3v0aBd9-_e"`. Weak (`W/`) where more than a ' +
      'write of the row changes the answer.',
    schema: { type: 'string' },
    isIn: (route, status) => (isSuccess(status) || status === 304) && hasTag(route),
  },
  'Idempotent-Replayed': {
    description: 'Present when this is the stored answer to an earlier request with the same `Idempotency-Key`.',
    schema: { type: 'string', enum: ['true'] },
    isIn: (route, status) => isSuccess(status) && isRepeatable(route),
  },
  RateLimit: {
    description:
      'What is left of each limit that applied: `"credential";r=119;t=1`, with the requests left and the seconds.',
    schema: { type: 'string', examples: ['"credential";r=119;t=1, "organization";r=599;t=1'] },
    isIn: (_route, status) => status !== 401 && status !== 431,
  },
  'RateLimit-Policy': {
    description: 'The limits that applied: requests in a window of seconds, `"credential";q=20;w=1;burst=100`.',
    schema: { type: 'string', examples: ['"credential";q=20;w=1;burst=100'] },
    isIn: (_route, status) => status !== 401 && status !== 431,
  },
  'Retry-After': {
    description: 'Seconds to wait before a repeat.',
    schema: { type: 'integer', minimum: 1 },
    isIn: (_route, status) => status === 429 || status === 503,
  },
  'WWW-Authenticate': {
    description: 'The scheme of the credential.',
    schema: { type: 'string', examples: ['Bearer realm="drippulse"'] },
    isIn: (_route, status) => status === 401,
  },
};

/** Components of the headers. */
export const headerComponents = Object.fromEntries(
  Object.entries(responseHeaders).map(([name, { description, schema }]) => [nameOf(name), { description, schema }]),
);

/** Returns the headers of a route's responses with this status. */
export function headersOf(route: Route, status: number | 'default'): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(responseHeaders)
      .filter(([, { isIn }]) => isIn(route, status))
      .map(([name]) => [name, headerRef(name)]),
  );
}

/** Returns a reference to the component of a header. */
export function headerRef(name: string): { $ref: string } {
  return { $ref: `#/components/headers/${nameOf(name)}` };
}

function nameOf(header: string): string {
  return header.replace(/^X-/, '').replaceAll('-', '');
}

function isSuccess(status: number | 'default'): boolean {
  return status !== 'default' && status < 300;
}
