import { judgeByStatus } from '../answers/judge-by-status.ts';
import { listOf, objectOf, textOf } from '../answers/reading.ts';
import { msUntil } from '../answers/until.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Problem, Verdict } from '../outcomes.ts';

/** Codes of missing scopes, plans and memberships. Zoom may send them with status 400 or 401 too. */
const lacking = new Set(['200', '1010', '3161', '4711']);

export function judge(answer: ProviderAnswer, request: ProviderRequest): Verdict {
  const problem = problemOf(answer);
  const { status } = answer;
  if (status === 429) return { class: 'rate_limited', problem, retryAfterMs: pauseOf(answer) };
  if (status < 200 || status >= 300) {
    if (lacking.has(problem.code)) return { class: 'permission', problem };
    if (/^5\d{3}$/.test(problem.code) && status < 500) return { class: 'temporary', problem };
  }
  return judgeByStatus(answer, request, problem);
}

/** Returns the pause if the requests of a second or of a day are used up. */
export function pauseAfter(answer: ProviderAnswer): number | undefined {
  return answer.headers['x-ratelimit-remaining'] === '0' ? pauseOf(answer) : undefined;
}

/**
 * Returns the pause after a limit. Only the response to a daily limit has `Retry-After`, which is a time. Other limits
 * end within a second.
 */
function pauseOf(answer: ProviderAnswer): number {
  const { 'retry-after': time = '', 'x-ratelimit-type': type = '' } = answer.headers;
  return msUntil(answer, Date.parse(time)) ?? (/daily/i.test(type) ? 3_600_000 : 1000);
}

function problemOf({ body, headers, status }: ProviderAnswer): Problem {
  const { code, message, errors } = objectOf(body);
  const first = objectOf(listOf(errors)[0]);
  const field = textOf(first['field']);
  const requestId = headers['x-zm-trackingid'];
  return {
    code: textOf(code) ?? `http_${status}`,
    message: [textOf(message) ?? `Zoom answered ${status}`, textOf(first['message'])]
      .filter((part) => part !== undefined)
      .join(' '),
    ...(field !== undefined && { field }),
    ...(requestId !== undefined && { requestId }),
  };
}
