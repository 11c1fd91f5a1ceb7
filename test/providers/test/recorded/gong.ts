import type { Recorded, RecordedTable } from './table.ts';

const requestId = '4al018gzaztcr8nbukw';
const error = (status: number, message: string, means: Recorded['means'], more: Partial<Recorded> = {}): Recorded => ({
  what: `${status} ${message}`,
  to: 'add_call',
  status,
  body: { requestId, errors: [message] },
  means,
  ...(means !== 'done' && { code: `http_${status}` }),
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
const refusedProspect = (errorCode: string, errorMessage: string) => ({
  requestId,
  prospectsAssigned: [],
  prospectsNotAssigned: [{ flowId: '1', crmProspectId: '0035g00000AbCdEAAV', errorCode, errorMessage }],
});

export const gongAnswers: RecordedTable = {
  provider: 'gong',
  answers: [
    { what: 'a call', to: 'add_call', status: 201, body: { requestId, callId: '7782342274025937896' }, means: 'ok' },
    error(409, 'A call with this clientUniqueId exists', 'done'),
    error(404, 'No calls found corresponding to the provided filters', 'done', { to: 'get_call_details' }),
    error(404, 'No calls found corresponding to the provided filters', 'done', { to: 'list_calls' }),
    error(404, 'call not found', 'permanent', { to: 'get_call' }),
    error(429, 'Too many requests', 'rate_limited', { headers: { 'retry-after': '2' }, retryAfterMs: 2_000 }),
    error(503, 'Unavailable', 'temporary'),
    error(500, 'Internal error', 'unknown'),
    error(500, 'Internal error', 'temporary', { to: 'list_users', what: '500 to a read' }),
    error(400, 'direction is not valid', 'permanent'),
    error(403, 'Scope api:calls:create is missing', 'permission'),
    error(401, 'Unauthorized', 'credentials'),
    {
      what: 'a prospect that is in the flow already',
      to: 'assign_prospects_to_flow',
      status: 200,
      body: refusedProspect('ALREADY_ASSIGNED', 'The prospect is assigned to the flow already'),
      means: 'ok',
    },
    {
      what: 'a prospect that Gong does not know, inside a 200',
      to: 'assign_prospects_to_flow',
      status: 200,
      body: refusedProspect('PROSPECT_NOT_FOUND', 'The prospect was not found in the CRM'),
      means: 'per_record',
      code: 'PROSPECT_NOT_FOUND',
    },
    token(400, 'invalid_grant', 'credentials'),
    token(401, 'invalid_grant', 'credentials'),
    token(401, 'invalid_client', 'operator'),
  ],
  never: {},
};
