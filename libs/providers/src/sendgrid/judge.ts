import { judgeByStatus, retryAfterOf } from '../answers/judge-by-status.ts';
import { listOf, objectOf, textOf } from '../answers/reading.ts';
import { msUntil } from '../answers/until.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Problem, Verdict } from '../outcomes.ts';

/** Interprets a response of SendGrid. Only the message of a 401 or 403 shows whether key, plan or sender is refused. */
export function judge(answer: ProviderAnswer, request: ProviderRequest): Verdict {
  const problem = problemOf(answer);
  const { status } = answer;
  // The key is valid. The credits are used up, and there are new credits in the plan's next period.
  if (status === 401 && /credits exceeded/i.test(problem.message)) return { class: 'temporary', problem };
  if (status === 403 && /temporarily blocked/i.test(problem.message)) return { class: 'temporary', problem };
  // Every valid key may read its own scopes, so a refusal means that the key is invalid.
  if (status === 403 && request.path === '/v3/scopes') return { class: 'credentials', problem };
  if (status === 429) return { class: 'rate_limited', problem, retryAfterMs: pauseOf(answer) };
  return judgeByStatus(answer, request, problem);
}

/** Returns the time until `X-RateLimit-Reset` if the requests of the period are used up. */
export function pauseAfter(answer: ProviderAnswer): number | undefined {
  return answer.headers['x-ratelimit-remaining'] === '0' ? pauseOf(answer) : undefined;
}

/** Returns the milliseconds until `X-RateLimit-Reset`, which is a time in seconds. */
function pauseOf(answer: ProviderAnswer): number {
  const reset = Number(answer.headers['x-ratelimit-reset'] ?? Number.NaN);
  return retryAfterOf(answer) ?? msUntil(answer, reset * 1000) ?? 5000;
}

function problemOf({ body, status }: ProviderAnswer): Problem {
  const { message, field, error_id } = objectOf(listOf(objectOf(body)['errors'])[0]);
  const name = textOf(field);
  return {
    code: textOf(error_id) ?? `http_${status}`,
    message: textOf(message) ?? `SendGrid answered ${status}`,
    ...(name !== undefined && { field: name }),
  };
}
