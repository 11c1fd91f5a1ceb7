import type { Recorded, RecordedTable } from './table.ts';

const error = (
  status: number,
  errorCode: string,
  means: Recorded['means'],
  more: Partial<Recorded> & { message?: string; fields?: string[] } = {},
): Recorded => {
  const { message = `Salesforce says ${errorCode}`, fields = [], ...rest } = more;
  return {
    what: `${status} ${errorCode}`,
    to: 'create_lead',
    status,
    body: [{ message, errorCode, fields }],
    means,
    ...(means !== 'done' && { code: errorCode }),
    ...rest,
  };
};

const collection = (what: string, means: Recorded['means'], codes: readonly (string | undefined)[]): Recorded => ({
  what,
  to: 'upsert_record',
  status: 200,
  body: codes.map((statusCode) =>
    statusCode === undefined
      ? { id: '0035g00000AbCdEAAV', success: true, created: false, errors: [] }
      : { success: false, errors: [{ statusCode, message: `Salesforce says ${statusCode}`, fields: ['Email'] }] },
  ),
  means,
  ...(means !== 'ok' && { field: 'Email' }),
});

const token = (error: string, means: Recorded['means'], description = 'refused'): Recorded => ({
  what: `${error} (${description}) of the token endpoint`,
  to: 'token',
  status: 400,
  body: { error, error_description: description },
  means,
  code: error,
});

export const salesforceAnswers: RecordedTable = {
  provider: 'salesforce',
  answers: [
    {
      what: 'a lead that was made',
      to: 'create_lead',
      status: 201,
      body: { id: '00Q5g00000AbCdEAAV', success: true, errors: [] },
      means: 'ok',
    },
    { what: 'a record that was changed', to: 'update_record', status: 204, means: 'ok' },
    error(400, 'DUPLICATE_VALUE', 'done', { to: 'add_to_campaign', what: 'a member of a campaign already' }),
    error(403, 'REQUEST_LIMIT_EXCEEDED', 'rate_limited', {
      what: 'the limit of the day, in a 403',
      message: 'TotalRequests Limit exceeded.',
      retryAfterMs: 3_600_000,
    }),
    error(403, 'REQUEST_LIMIT_EXCEEDED', 'rate_limited', {
      what: 'too many long calls at once, in a 403',
      message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
      retryAfterMs: 10_000,
    }),
    error(503, 'SERVER_UNAVAILABLE', 'temporary'),
    error(400, 'UNABLE_TO_LOCK_ROW', 'temporary'),
    error(400, 'QUERY_TIMEOUT', 'temporary', { to: 'find_records' }),
    error(409, 'ConcurrentPerOrgLongTxn', 'temporary'),
    error(500, 'UNKNOWN_EXCEPTION', 'unknown'),
    error(500, 'UNKNOWN_EXCEPTION', 'temporary', { to: 'find_records', what: '500 to a read' }),
    {
      what: 'a page of HTML',
      to: 'create_lead',
      status: 502,
      body: '<html>Bad gateway</html>',
      means: 'unknown',
      code: 'http_502',
    },
    {
      what: 'several records with an external id, in a 300',
      to: 'upsert_record',
      status: 300,
      body: [
        '/services/data/v64.0/sobjects/Contact/0035g00000AbCdEAAV',
        '/services/data/v64.0/sobjects/Contact/0035g00000AbCdFAAV',
      ],
      means: 'permanent',
      code: 'MULTIPLE_CHOICES',
    },
    error(400, 'REQUIRED_FIELD_MISSING', 'permanent', { fields: ['LastName'], field: 'LastName' }),
    error(400, 'DUPLICATES_DETECTED', 'permanent'),
    error(400, 'FIELD_CUSTOM_VALIDATION_EXCEPTION', 'permanent'),
    error(400, 'DUPLICATE_VALUE', 'permanent', { what: 'a value that must be unique' }),
    error(404, 'NOT_FOUND', 'permanent', { to: 'update_record' }),
    error(400, 'STORAGE_LIMIT_EXCEEDED', 'permanent'),
    error(403, 'API_DISABLED_FOR_ORG', 'permission'),
    error(400, 'INVALID_FIELD_FOR_INSERT_UPDATE', 'permission'),
    error(400, 'INSUFFICIENT_ACCESS_OR_READONLY', 'permission'),
    error(401, 'INVALID_SESSION_ID', 'credentials'),
    {
      what: 'an unknown token, in a 403 of text',
      to: 'get_record',
      status: 403,
      body: 'Bad_OAuth_Token',
      means: 'credentials',
      code: 'Bad_OAuth_Token',
    },
    collection('a collection of which one was refused', 'per_record', [undefined, 'INVALID_EMAIL_ADDRESS']),
    collection('a collection of one, which was refused', 'permanent', ['INVALID_EMAIL_ADDRESS']),
    collection('a collection of one, which was locked', 'temporary', ['UNABLE_TO_LOCK_ROW']),
    collection('a collection that was taken', 'ok', [undefined]),
    token('invalid_grant', 'credentials', 'expired access/refresh token'),
    token('invalid_grant', 'credentials', 'ip restricted'),
    token('inactive_user', 'credentials'),
    token('invalid_client_id', 'operator'),
    token('inactive_org', 'operator'),
  ],
  never: {},
};
