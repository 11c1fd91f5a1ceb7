import type { Route } from '@drippulse/gateway/routes';

/** Request headers that compare tags, as components. */
export const tagParameters = {
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'Tags of answers that you have, or `*`. If one is current, the answer is 304 without a body.',
    schema: { type: 'string' },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    description:
      'Tags that you read, or `*`. If the row has the revision of none, nothing is written and the answer is 412.',
    schema: { type: 'string' },
  },
};

export function hasTag({ validator, rest }: Route): boolean {
  return validator !== undefined || rest.constant;
}

export function tagParametersOf(route: Route): unknown[] {
  const { httpMethod, rest } = route;
  if (hasTag(route) && httpMethod === 'GET') return [{ $ref: '#/components/parameters/IfNoneMatch' }];
  return rest.shownBy === '' ? [] : [{ $ref: '#/components/parameters/IfMatch' }];
}

/** Returns the responses that these headers can cause. `current` is the schema of the row that a 412 contains. */
export function tagResponses(route: Route, current: Record<string, unknown> | undefined): Record<string, unknown> {
  const { httpMethod, rest } = route;
  const headers = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } };
  const tagged = { ...headers, ETag: { $ref: '#/components/headers/ETag' } };
  if (hasTag(route) && httpMethod === 'GET') {
    return { 304: { description: 'You have this answer already; no body.', headers: tagged } };
  }
  if (rest.shownBy === '') return {};
  const problem = { $ref: '#/components/schemas/Problem' };
  const error = { enum: ['precondition_failed'] };
  const schema =
    current === undefined
      ? { ...problem, properties: { error } }
      : { ...problem, type: 'object', properties: { error, current }, required: ['current'] };
  return {
    412: {
      description: 'The row was changed since you read it. Nothing was written.',
      headers: current === undefined ? headers : tagged,
      content: { 'application/problem+json': { schema } },
    },
  };
}
