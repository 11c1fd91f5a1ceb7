import type { Recorded, RecordedTable } from './table.ts';

const correlationId = '3a5fe4b1-0000-4000-8000-000000000000';

const error = (
  status: number,
  category: string,
  means: Recorded['means'],
  more: Partial<Recorded> & { message?: string; details?: object } = {},
): Recorded => {
  const { message = `HubSpot says ${category}`, details = {}, ...rest } = more;
  return {
    what: `${status} ${category}`,
    to: 'upsert_contact',
    status,
    body: { status: 'error', message, correlationId, category, ...details },
    means,
    code: category,
    ...rest,
  };
};

const limit = (policyName: string, retryAfterMs: number): Recorded => ({
  what: `429 ${policyName}`,
  to: 'upsert_contact',
  status: 429,
  body: {
    status: 'error',
    message: 'You have reached your limit.',
    errorType: 'RATE_LIMIT',
    policyName,
    correlationId,
  },
  means: 'rate_limited',
  code: policyName,
  retryAfterMs,
});

const token = (status: string, means: Recorded['means'], code: string): Recorded => ({
  what: `${status} of the token endpoint`,
  to: 'token',
  status: 400,
  body: { status, message: 'refused', correlationId },
  means,
  code,
});

const times = { startedAt: '2026-11-27T07:00:00Z', completedAt: '2026-11-27T07:00:01Z' };
const contact = { id: '151', new: false, properties: {}, createdAt: times.startedAt, updatedAt: times.startedAt };

export const hubspotAnswers: RecordedTable = {
  provider: 'hubspot',
  answers: [
    {
      what: 'a contact',
      to: 'upsert_contact',
      status: 200,
      body: { ...times, status: 'COMPLETE', results: [contact] },
      means: 'ok',
    },
    {
      what: 'a 207 without failures',
      to: 'upsert_contact',
      status: 207,
      body: { ...times, status: 'COMPLETE', results: [contact] },
      means: 'ok',
    },
    {
      what: 'failures inside a 207',
      to: 'upsert_contact',
      status: 207,
      body: {
        ...times,
        status: 'COMPLETE',
        results: [],
        numErrors: 1,
        errors: [
          {
            status: 'error',
            category: 'VALIDATION_ERROR',
            message: 'Property values were not valid',
            errors: [
              { message: 'Email address is invalid', code: 'INVALID_EMAIL', context: { propertyName: ['email'] } },
            ],
          },
        ],
      },
      means: 'per_record',
      code: 'INVALID_EMAIL',
      field: 'email',
    },
    limit('DAILY', 3_600_000),
    limit('TEN_SECONDLY_ROLLING', 10_000),
    limit('SECONDLY', 1_000),
    { ...limit('SECONDLY', 4_000), what: '429 with Retry-After', headers: { 'retry-after': '4' } },
    error(423, 'LOCKED', 'temporary', { retryAfterMs: 2_000 }),
    {
      what: 'a migration',
      to: 'upsert_contact',
      status: 477,
      headers: { 'retry-after': '3600' },
      means: 'temporary',
      retryAfterMs: 3_600_000,
    },
    { what: 'a 503', to: 'create_note', status: 503, body: '<html>', means: 'temporary', code: 'http_503' },
    {
      what: 'an origin that was not reached',
      to: 'create_note',
      status: 523,
      body: '<html>',
      means: 'temporary',
      code: 'http_523',
    },
    {
      what: 'an origin that did not answer in time',
      to: 'create_note',
      status: 524,
      body: '<html>',
      means: 'unknown',
      code: 'http_524',
    },
    error(500, 'INTERNAL_ERROR', 'unknown', { to: 'create_note' }),
    error(500, 'INTERNAL_ERROR', 'temporary', { to: 'find_owner', what: '500 to a read' }),
    error(400, 'VALIDATION_ERROR', 'permanent', {
      details: {
        errors: [
          {
            message: 'Property "vip" does not exist',
            code: 'PROPERTY_DOESNT_EXIST',
            context: { propertyName: ['vip'] },
          },
        ],
      },
      code: 'PROPERTY_DOESNT_EXIST',
      field: 'vip',
    }),
    error(404, 'OBJECT_NOT_FOUND', 'permanent', { to: 'update_record' }),
    error(409, 'CONFLICT', 'permanent', { message: 'Contact already exists. Existing ID: 151' }),
    error(403, 'MISSING_SCOPES', 'permission', {
      details: {
        errors: [
          {
            message: 'One or more of the following scopes are required.',
            context: { requiredGranularScopes: ['crm.objects.contacts.write'] },
          },
        ],
      },
    }),
    error(401, 'EXPIRED_AUTHENTICATION', 'credentials'),
    error(401, 'INVALID_AUTHENTICATION', 'credentials'),
    token('BAD_REFRESH_TOKEN', 'credentials', 'invalid_grant'),
    token('BAD_CLIENT_ID', 'operator', 'invalid_client'),
    token('BAD_CLIENT_SECRET', 'operator', 'invalid_client'),
    {
      what: 'invalid_grant of the token endpoint',
      to: 'token',
      status: 400,
      body: { error: 'invalid_grant', error_description: 'refused' },
      means: 'credentials',
      code: 'invalid_grant',
    },
  ],
  never: { done: 'what is there already is answered like what was just written' },
};
