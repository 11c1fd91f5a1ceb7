import type { JsonObject } from '@drippulse/json';
import { judgeByStatus } from '../answers/judge-by-status.ts';
import { listOf, objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Problem, Verdict } from '../outcomes.ts';

/** Codes of transient refusals, after which nothing was written. */
const passing = new Set(['UNABLE_TO_LOCK_ROW', 'QUERY_TIMEOUT', 'SERVER_UNAVAILABLE', 'ConcurrentPerOrgLongTxn']);

/** Codes of actions that the connection's user, or the Salesforce edition, does not permit. */
const forbidden = new Set([
  'API_DISABLED_FOR_ORG',
  'API_CURRENTLY_DISABLED',
  'INSUFFICIENT_ACCESS',
  'INSUFFICIENT_ACCESS_OR_READONLY',
  'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
]);

/**
 * Interprets a response of Salesforce. Statuses alone are not enough: a limit is a 403, a lock a 400, and several
 * matches a 300.
 */
export function judge(answer: ProviderAnswer, request: ProviderRequest): Verdict {
  const { status, body } = answer;
  const failed = failedRecords(answer);
  const [first] = failed;
  if (first !== undefined) {
    const problem = problemOfRecord(first);
    if (listOf(body).length > 1) return { class: 'per_record', problem };
    return judgeCode({ ...answer, status: 400 }, request, problem);
  }
  if (status === 300) return { class: 'permanent', problem: severalMatch };
  if (status === 403 && body === 'Bad_OAuth_Token')
    return {
      class: 'credentials',
      problem: { code: 'Bad_OAuth_Token', message: 'Salesforce does not know the token' },
    };
  return judgeCode(answer, request, problemOf(answer));
}

const severalMatch: Problem = {
  code: 'MULTIPLE_CHOICES',
  message: 'Several records have this external id, so nothing was written: make the field unique in Salesforce.',
};

function judgeCode(answer: ProviderAnswer, request: ProviderRequest, problem: Problem): Verdict {
  const { code, message } = problem;
  if (code === 'REQUEST_LIMIT_EXCEEDED')
    return {
      class: 'rate_limited',
      problem,
      retryAfterMs: message.includes('ConcurrentRequests') ? 10_000 : 3_600_000,
    };
  if (passing.has(code)) return { class: 'temporary', problem };
  if (forbidden.has(code)) return { class: 'permission', problem };
  return judgeByStatus(answer, request, problem);
}

/** Returns the refused records of a collection. The response has a successful status even if records were refused. */
function failedRecords({ status, body }: ProviderAnswer): JsonObject[] {
  return status === 200
    ? listOf(body)
        .map(objectOf)
        .filter((result) => result['success'] === false)
    : [];
}

function problemOfRecord(result: JsonObject): Problem {
  const { statusCode, message, fields } = objectOf(listOf(result['errors'])[0]);
  const code = textOf(statusCode) ?? 'record_refused';
  return { code, message: textOf(message) ?? code, field: textOf(listOf(fields)[0]) };
}

function problemOf({ status, body }: ProviderAnswer): Problem {
  const { errorCode, message, fields } = objectOf(listOf(body)[0]);
  const code = textOf(errorCode) ?? `http_${status}`;
  return { code, message: textOf(message) ?? `Salesforce answered ${status}`, field: textOf(listOf(fields)[0]) };
}

/** Returns an hour if the calls of the day are used up, as in `Sforce-Limit-Info: api-usage=15000/15000`. */
export function pauseAfter({ headers }: ProviderAnswer): number | undefined {
  const [, used, most] = /api-usage=(\d+)\/(\d+)/.exec(headers['sforce-limit-info'] ?? '') ?? [];
  return used !== undefined && Number(used) >= Number(most) ? 3_600_000 : undefined;
}
