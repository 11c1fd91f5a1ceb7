import { judgeByStatus, retryAfterOf } from '../answers/judge-by-status.ts';
import { listOf, objectOf, textOf } from '../answers/reading.ts';
import { msUntil } from '../answers/until.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Problem, Verdict } from '../outcomes.ts';

const minuteLimit = /^(rateLimitExceeded|userRateLimitExceeded|quotaExceeded|RATE_LIMIT_EXCEEDED|RESOURCE_EXHAUSTED)$/;
/** Reasons which mean that the API is switched off in the project of the client id. */
const switchedOff = /^(accessNotConfigured|SERVICE_DISABLED)$/;
const hour = 3_600_000;

/**
 * Interprets a response of Google. For a 403, the reason distinguishes a limit, a missing scope, an API that is
 * switched off, and missing access.
 */
export function judge(answer: ProviderAnswer, request: ProviderRequest): Verdict {
  const problem = problemOf(answer);
  const { status } = answer;
  if (status === 403 || status === 429) {
    if (problem.code === 'dailyLimitExceeded') return { class: 'rate_limited', problem, retryAfterMs: hour };
    if (status === 429 || minuteLimit.test(problem.code)) {
      const wait = retryAfterOf(answer) ?? namedTime(answer, problem);
      return { class: 'rate_limited', problem, ...(wait !== undefined && { retryAfterMs: wait }) };
    }
    if (problem.code === 'backendError') return { class: 'temporary', problem };
    if (switchedOff.test(problem.code)) return { class: 'operator', problem };
  }
  return judgeByStatus(answer, request, problem);
}

/** Returns the milliseconds until the time in a Gmail error message such as "Retry after 2026-11-27T07:00:00.000Z". */
function namedTime(answer: ProviderAnswer, { message }: Problem): number | undefined {
  const [, time] = /retry after (\d{4}-\d\d-\d\dT[\d:.]+Z)/i.exec(message) ?? [];
  return time === undefined ? undefined : msUntil(answer, Date.parse(time));
}

function problemOf({ body, status }: ProviderAnswer): Problem {
  const error = objectOf(objectOf(body)['error']);
  const first = objectOf(listOf(error['errors'])[0]);
  const detail = listOf(error['details'])
    .map(objectOf)
    .find((one) => one['reason'] !== undefined);
  const code = textOf(detail?.['reason']) ?? textOf(first['reason']) ?? textOf(error['status']) ?? `http_${status}`;
  const field = textOf(first['location']);
  return {
    code,
    message: textOf(error['message']) ?? `Google answered ${status}`,
    ...(field !== undefined && { field }),
  };
}
