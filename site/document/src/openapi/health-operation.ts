import { headerRef } from './response-headers.ts';

/** An alias path of this operation. */
const alias = '/api/v1/health';

export const healthSchema = {
  type: 'object',
  description: 'Whether the platform works.',
  properties: {
    status: { $ref: '#/components/schemas/HealthStatus', description: 'The answer.' },
    version: { type: 'string', description: 'Version of the platform.' },
    time: { type: 'string', format: 'date-time', description: 'The time of the answer.' },
  },
  required: ['status', 'version', 'time'],
};

export const healthStatusSchema = { type: 'string', enum: ['ok', 'unavailable'] };

const content = { 'application/json': { schema: { $ref: '#/components/schemas/Health' } } };
const headers = { 'X-Request-Id': headerRef('X-Request-Id') };
const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** The health route, which is hand-written and has no proto. */
export const healthOperation = {
  operationId: 'health.get',
  tags: ['Health'],
  summary: 'Says whether the platform works',
  description: `For load balancers and uptime checks; takes no credential. Also at \`GET ${alias}\`.`,
  security: [],
  responses: {
    200: { description: 'It works.', headers, content },
    405: { description: 'The path takes GET and HEAD.', headers, content: problem },
    503: { description: 'A part that it cannot do without has been away for more than 5 seconds.', headers, content },
  },
};
