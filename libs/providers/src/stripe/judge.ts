import { judgeByStatus, retryAfterOf } from '../answers/judge-by-status.ts';
import { objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Problem, Verdict } from '../outcomes.ts';

/** Error codes that Stripe returns with a 401 if the key is valid but lacks a permission. */
const forbidden = new Set(['secret_key_required', 'platform_api_key_expired']);

/** Interprets a response of Stripe. `Stripe-Should-Retry` takes precedence over the status, except for a rate limit. */
export function judge(answer: ProviderAnswer, request: ProviderRequest): Verdict {
  const { status, headers } = answer;
  const error = objectOf(objectOf(answer.body)['error']);
  const code = textOf(error['code']) ?? textOf(error['type']);
  const problem = problemOf(answer);
  if (status < 300) return { class: 'ok' };
  if (status === 429) return { class: 'rate_limited', problem, retryAfterMs: retryAfterOf(answer) ?? 1_000 };
  const shouldRetry = headers['stripe-should-retry'];
  if (shouldRetry === 'true') return { class: 'temporary', problem };
  if (shouldRetry === 'false' && status < 500 && (status === 409 || status === 424))
    return { class: 'permanent', problem };
  if (status === 409 || status === 424) return { class: 'temporary', problem };
  if (status === 401 && code !== undefined && forbidden.has(code)) return { class: 'permission', problem };
  if (status < 500 && error['type'] === 'api_error') return { class: 'temporary', problem };
  return judgeByStatus(answer, request, problem);
}

function problemOf({ status, headers, body }: ProviderAnswer): Problem {
  const { code, type, message, param, decline_code: decline } = objectOf(objectOf(body)['error']);
  const reason = headers['stripe-rate-limited-reason'];
  const said = textOf(message) ?? `Stripe answered ${status}`;
  return {
    code: textOf(decline) ?? textOf(code) ?? textOf(type) ?? `http_${status}`,
    message: reason === undefined ? said : `${said} (${reason})`,
    field: textOf(param),
    requestId: headers['request-id'],
  };
}
