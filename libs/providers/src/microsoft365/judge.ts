import { judgeByStatus, retryAfterOf } from '../answers/judge-by-status.ts';
import { objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Problem, Verdict } from '../outcomes.ts';

/**
 * Error codes for an account without a mailbox. They are treated as a missing permission, because the request itself is
 * not wrong.
 */
const lacking = /^(MailboxNotEnabledForRESTAPI|MailboxNotHostedInExchangeOnline)$/;
/** Error code which means that the tenant has no such application. */
const appRefused = 'Authorization_IdentityNotFound';

export function judge(answer: ProviderAnswer, request: ProviderRequest): Verdict {
  const problem = problemOf(answer);
  const { status } = answer;
  if (problem.code === appRefused) return { class: 'operator', problem };
  if (lacking.test(problem.code)) return { class: 'permission', problem };
  // The provider would accept the mail from a different sender, so no permission is missing.
  if (problem.code === 'ErrorSendAsDenied') return { class: 'permanent', problem };
  // A throttled call was not started, whether its status is 429, 503 or 504.
  const wait = retryAfterOf(answer);
  if (
    status === 429 ||
    (wait !== undefined && (status === 503 || status === 504) && /throttl|TooManyRequests/i.test(problem.code))
  )
    return { class: 'rate_limited', problem, ...(wait !== undefined && { retryAfterMs: wait }) };
  return judgeByStatus(answer, request, problem);
}

function problemOf({ body, headers, status }: ProviderAnswer): Problem {
  const { code, message, target, innerError } = objectOf(objectOf(body)['error']);
  const needsSignIn = status === 401 && /claims=/.test(headers['www-authenticate'] ?? '');
  const field = textOf(target);
  const requestId = textOf(objectOf(innerError)['request-id']) ?? headers['request-id'];
  return {
    code: textOf(code) ?? `http_${status}`,
    message: `${textOf(message) ?? `Microsoft answered ${status}`}${needsSignIn ? ' (the account has to sign in again)' : ''}`,
    ...(field !== undefined && { field }),
    ...(requestId !== undefined && { requestId }),
  };
}
