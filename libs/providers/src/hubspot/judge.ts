import { judgeByStatus, retryAfterOf } from '../answers/judge-by-status.ts';
import { listOf, objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Problem, Verdict } from '../outcomes.ts';

/**
 * Statuses of the network in front of HubSpot. They mean that the request did not arrive. With 520 and 524 the request
 * did arrive, so the general rules apply.
 */
const notArrived = new Set([521, 522, 523]);

export function judge(answer: ProviderAnswer, request: ProviderRequest): Verdict {
  const { status } = answer;
  const body = objectOf(answer.body);
  const problem = problemOf(answer);
  if (status === 207) return listOf(body['errors']).length > 0 ? { class: 'per_record', problem } : { class: 'ok' };
  if (status === 429)
    return {
      class: 'rate_limited',
      problem,
      retryAfterMs: retryAfterOf(answer) ?? pauseOf(textOf(body['policyName'])),
    };
  if (status === 423) return { class: 'temporary', problem, retryAfterMs: retryAfterOf(answer) ?? 2_000 };
  if (status === 477) return { class: 'temporary', problem, retryAfterMs: retryAfterOf(answer) ?? 60_000 };
  if (notArrived.has(status)) return { class: 'temporary', problem };
  return judgeByStatus(answer, request, problem);
}

/** Returns the pause after a limit. A daily limit ends at midnight in an unknown time zone, so it is retried hourly. */
function pauseOf(policy: string | undefined): number {
  if (policy === 'DAILY') return 3_600_000;
  return policy === 'SECONDLY' ? 1_000 : 10_000;
}

/** Reads the error of a response. For a batch, this is the first of its errors, with the field of the first detail. */
function problemOf({ status, headers, body: json }: ProviderAnswer): Problem {
  const body = objectOf(json);
  const error = status === 207 ? objectOf(listOf(body['errors'])[0]) : body;
  const detail = objectOf(listOf(error['errors'])[0]);
  const context = { ...objectOf(error['context']), ...objectOf(detail['context']) };
  const scopes = listOf(context['requiredGranularScopes'])
    .map(textOf)
    .filter((scope) => scope !== undefined);
  const said = textOf(detail['message']) ?? textOf(error['message']) ?? `HubSpot answered ${status}`;
  return {
    code:
      textOf(body['policyName']) ??
      textOf(detail['code']) ??
      textOf(error['category']) ??
      textOf(error['status']) ??
      `http_${status}`,
    message: scopes.length > 0 ? `${said} Needed: ${scopes.join(', ')}.` : said,
    field: textOf(listOf(context['propertyName'])[0]) ?? textOf(detail['in']),
    requestId: textOf(body['correlationId']) ?? headers['x-hubspot-correlation-id'],
  };
}

/**
 * Returns an hour if the day's requests are used up, or the length of the window if the window's requests are used up.
 */
export function pauseAfter({ headers }: ProviderAnswer): number | undefined {
  if (headers['x-hubspot-ratelimit-daily-remaining'] === '0') return 3_600_000;
  if (headers['x-hubspot-ratelimit-remaining'] !== '0') return undefined;
  const interval = Number(headers['x-hubspot-ratelimit-interval-milliseconds']);
  return interval > 0 && interval <= 60_000 ? interval : 10_000;
}
