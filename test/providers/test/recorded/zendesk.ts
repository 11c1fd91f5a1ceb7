import type { Recorded, RecordedTable } from './table.ts';

const error = (status: number, word: string, means: Recorded['means'], more: Partial<Recorded> = {}): Recorded => ({
  what: `${status} ${word}`,
  to: 'create_ticket',
  status,
  body: { error: word, description: `Zendesk says ${word}` },
  means,
  code: word,
  ...more,
});
const token = (status: number, word: string, means: Recorded['means']): Recorded => ({
  what: `${status} ${word} of the token endpoint`,
  to: 'token',
  status,
  body: { error: word, error_description: 'refused' },
  means,
  code: word,
});

export const zendeskAnswers: RecordedTable = {
  provider: 'zendesk',
  answers: [
    {
      what: 'a ticket',
      to: 'create_ticket',
      status: 201,
      body: { ticket: { id: 1, requester_id: 1, url: 'https://example.zendesk.com/api/v2/tickets/1.json' } },
      means: 'ok',
    },
    {
      what: 'a 429 of text',
      to: 'create_ticket',
      status: 429,
      headers: { 'retry-after': '57' },
      body: 'Number of allowed API requests per minute exceeded',
      means: 'rate_limited',
      code: 'http_429',
      retryAfterMs: 57_000,
    },
    {
      what: 'a 503 with Retry-After',
      to: 'create_ticket',
      status: 503,
      headers: { 'retry-after': '20' },
      body: 'busy',
      means: 'rate_limited',
      retryAfterMs: 20_000,
    },
    { what: 'a 503', to: 'create_ticket', status: 503, body: '<html>', means: 'temporary', code: 'http_503' },
    error(409, 'Conflict', 'temporary', { to: 'update_ticket' }),
    { what: 'a 500', to: 'add_comment', status: 500, body: '<html>', means: 'unknown', code: 'http_500' },
    { what: 'a 500 to a read', to: 'get_ticket', status: 500, body: '<html>', means: 'temporary', code: 'http_500' },
    error(422, 'RecordInvalid', 'permanent', {
      body: {
        error: 'RecordInvalid',
        description: 'Record validation errors',
        details: { requester: [{ description: 'Requester: Email is not properly formatted', error: 'InvalidFormat' }] },
      },
      field: 'requester',
    }),
    error(400, 'IdempotencyError', 'permanent', { what: 'a key with other parameters' }),
    error(404, 'RecordNotFound', 'permanent', { to: 'get_ticket' }),
    {
      what: 'an error with a title',
      to: 'get_ticket',
      status: 404,
      body: { error: { title: 'No help desk', message: 'There is no help desk here' } },
      means: 'permanent',
      code: 'No help desk',
    },
    {
      what: 'a list of errors',
      to: 'find_tickets',
      status: 400,
      body: { errors: [{ code: 'InvalidValue', title: 'Invalid', detail: 'sort_by is wrong' }] },
      means: 'permanent',
      code: 'InvalidValue',
    },
    error(413, 'PayloadTooLarge', 'permanent'),
    error(403, 'Forbidden', 'permission'),
    error(403, 'AccountSuspended', 'permission'),
    error(402, 'PaymentRequired', 'permission'),
    {
      what: 'wrong credentials',
      to: 'create_ticket',
      status: 401,
      body: { error: "Couldn't authenticate you" },
      means: 'credentials',
    },
    error(401, 'invalid_token', 'credentials', { what: 'a token that a refresh has ended' }),
    token(400, 'invalid_grant', 'credentials'),
    token(401, 'invalid_client', 'operator'),
  ],
  never: {
    done: 'what is there already is answered like what was just written',
    per_record: 'no call of ours is a batch',
  },
};
