import type { Recorded, RecordedTable } from './table.ts';

const error = (
  status: number,
  type: string,
  code: string,
  means: Recorded['means'],
  more: Partial<Recorded> & { param?: string; error?: object } = {},
): Recorded => {
  const { param, error: members = {}, ...rest } = more;
  return {
    what: `${status} ${code}`,
    to: 'create_customer',
    status,
    headers: { 'request-id': 'req_0001' },
    body: { error: { type, code, message: `Stripe says ${code}`, ...(param !== undefined && { param }), ...members } },
    means,
    ...(means !== 'done' && { code }),
    ...rest,
  };
};
const invalid = 'invalid_request_error';

export const stripeAnswers: RecordedTable = {
  provider: 'stripe',
  answers: [
    {
      what: 'a customer',
      to: 'create_customer',
      status: 200,
      body: { id: 'cus_1', object: 'customer', livemode: false, created: 1 },
      means: 'ok',
    },
    error(404, invalid, 'resource_missing', 'done', {
      to: 'cancel_subscription',
      what: 'a subscription that has ended',
    }),
    error(429, invalid, 'rate_limit', 'rate_limited', {
      headers: { 'stripe-rate-limited-reason': 'global-rate' },
      retryAfterMs: 1_000,
    }),
    error(429, invalid, 'lock_timeout', 'rate_limited', {
      headers: { 'retry-after': '3', 'stripe-should-retry': 'false' },
      retryAfterMs: 3_000,
    }),
    error(409, invalid, 'idempotency_key_in_use', 'temporary'),
    error(409, invalid, 'lock_timeout', 'temporary'),
    error(409, invalid, 'lock_timeout', 'permanent', {
      what: '409 that must not be repeated',
      headers: { 'stripe-should-retry': 'false' },
    }),
    error(424, 'api_error', 'external_dependency_failed', 'temporary'),
    error(400, 'api_error', 'api_error', 'temporary', { what: 'an error of Stripe in a 400' }),
    error(500, 'api_error', 'api_error', 'temporary', {
      what: '500 that may be repeated',
      headers: { 'stripe-should-retry': 'true' },
    }),
    error(500, 'api_error', 'api_error', 'unknown'),
    error(500, 'api_error', 'api_error', 'unknown', {
      what: '500 that is kept for the key',
      headers: { 'idempotent-replayed': 'true' },
    }),
    error(500, 'api_error', 'api_error', 'temporary', { to: 'find_customer', what: '500 to a read' }),
    { what: 'a 503', to: 'create_customer', status: 503, body: '<html>', means: 'temporary', code: 'http_503' },
    error(400, invalid, 'parameter_unknown', 'permanent', { param: 'emial', field: 'emial' }),
    error(400, 'idempotency_error', 'idempotency_error', 'permanent', { what: 'a key with other parameters' }),
    error(402, 'card_error', 'card_declined', 'permanent', {
      error: { decline_code: 'insufficient_funds' },
      code: 'insufficient_funds',
    }),
    error(404, invalid, 'resource_missing', 'permanent', { to: 'get_customer' }),
    error(403, invalid, 'more_permissions_required', 'permission'),
    error(401, invalid, 'secret_key_required', 'permission'),
    error(401, invalid, 'api_key_expired', 'credentials'),
    {
      what: 'an invalid key',
      to: 'create_customer',
      status: 401,
      body: { error: { type: invalid, message: 'Invalid API Key provided' } },
      means: 'credentials',
      code: invalid,
    },
  ],
  never: {
    operator: 'a key belongs to the customer, and there is no sign-in',
    per_record: 'no call of ours is a batch',
  },
};
