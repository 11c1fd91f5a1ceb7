import type { JsonValue } from '@drippulse/json';
import { judgeByStatus, retryAfterOf } from '../answers/judge-by-status.ts';
import { listOf, objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Problem, Verdict } from '../outcomes.ts';

export function judge(answer: ProviderAnswer, request: ProviderRequest): Verdict {
  const { status } = answer;
  const problem = problemOf(answer);
  const wait = retryAfterOf(answer);
  // When Zendesk sheds load, it returns a 503 with Retry-After.
  if (status === 429 || (status === 503 && wait !== undefined))
    return { class: 'rate_limited', problem, retryAfterMs: wait ?? 60_000 };
  // Another request wrote this ticket at the same time, so this request wrote nothing.
  if (status === 409) return { class: 'temporary', problem };
  if (status === 402) return { class: 'permission', problem };
  return judgeByStatus(answer, request, problem);
}

/** Reads an error in any of four forms: a word with details, a title with a message, a list, or plain text. */
function problemOf({ status, headers, body }: ProviderAnswer): Problem {
  const { error, description, details, errors } = objectOf(body);
  const listed = objectOf(listOf(errors)[0]);
  const titled = objectOf(error);
  const [field, detail] = Object.entries(objectOf(details))[0] ?? [];
  const code = textOf(error) ?? textOf(titled['title']) ?? textOf(listed['code']) ?? `http_${status}`;
  const message =
    textOf(objectOf(listOf(detail)[0])['description']) ??
    textOf(description) ??
    textOf(titled['message']) ??
    textOf(listed['detail']) ??
    textOf(listed['title']) ??
    plainText(body) ??
    `Zendesk answered ${status}`;
  return { code, message, field, requestId: headers['x-zendesk-request-id'] };
}

/** Returns the body if it is text and not HTML. */
function plainText(body: JsonValue): string | undefined {
  return typeof body === 'string' && !body.includes('<') ? textOf(body.trim().slice(0, 200)) : undefined;
}

/** Returns the rest of the minute if the requests of the minute are used up. */
export function pauseAfter({ headers }: ProviderAnswer): number | undefined {
  if ((headers['x-rate-limit-remaining'] ?? headers['ratelimit-remaining']) !== '0') return undefined;
  const seconds = Number(headers['ratelimit-reset']);
  return seconds > 0 && seconds <= 60 ? seconds * 1_000 : 60_000;
}
