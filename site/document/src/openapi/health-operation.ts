export const healthSchema = {
  type: 'object',
  description: 'Whether the platform works.',
  properties: {
    status: { type: 'string', enum: ['ok', 'unavailable'], description: 'The answer.' },
    version: { type: 'string', description: 'Version of the platform.' },
    time: { type: 'string', format: 'date-time', description: 'The time of the answer.' },
  },
  required: ['status', 'version', 'time'],
};

const content = { 'application/json': { schema: { $ref: '#/components/schemas/Health' } } };
const headers = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } };

/** The health route, which is written by hand and has no proto. */
export function healthOperation(operationId: string): Record<string, unknown> {
  return {
    operationId,
    tags: ['Health'],
    summary: 'Says whether the platform works',
    description: 'For load balancers and uptime checks; takes no credential.',
    security: [],
    responses: {
      200: { description: 'It works.', headers, content },
      405: { $ref: '#/components/responses/Error' },
      503: { description: 'A part that it cannot do without has been away for more than 5 seconds.', headers, content },
    },
  };
}
