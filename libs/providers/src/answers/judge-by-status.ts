import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Problem, Verdict } from '../outcomes.ts';

/**
 * Interprets a status for which the provider has no rule of its own. After a 5xx, a request that changes something may
 * have been done. After a 503 it was not done, because a server that returns 503 has not begun.
 */
export function judgeByStatus(answer: ProviderAnswer, request: ProviderRequest, problem: Problem): Verdict {
  const { status } = answer;
  if (status >= 200 && status < 300) return { class: 'ok' };
  if (status === 401) return { class: 'credentials', problem };
  if (status === 403) return { class: 'permission', problem };
  const wait = retryAfterOf(answer);
  const pause = wait === undefined ? {} : { retryAfterMs: wait };
  if (status === 429) return { class: 'rate_limited', problem, ...pause };
  if (status === 503) return { class: 'temporary', problem, ...pause };
  if (status >= 500)
    return request.method === 'GET' ? { class: 'temporary', problem, ...pause } : { class: 'unknown', problem };
  return { class: 'permanent', problem };
}

/**
 * Returns the milliseconds of a `Retry-After` in seconds; undefined otherwise. A `Retry-After` that is a date is left
 * to the provider's own rules.
 */
export function retryAfterOf({ headers }: ProviderAnswer): number | undefined {
  const text = headers['retry-after'];
  return text !== undefined && /^\d{1,6}(\.\d+)?$/.test(text) ? Number(text) * 1000 : undefined;
}
