import { judgeByStatus, retryAfterOf } from '../answers/judge-by-status.ts';
import { listOf, objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Problem, Verdict } from '../outcomes.ts';

type Refusal = Exclude<Verdict['class'], 'ok' | 'done'>;

/**
 * Verdicts by Slack's error word, which is in a 200 response of the API or in the text of a webhook's response. Other
 * words are `permanent`, or `temporary` if the status is 503.
 */
const classes: Readonly<Record<string, Refusal>> = {
  ratelimited: 'rate_limited',
  rate_limited: 'rate_limited',
  message_limit_exceeded: 'rate_limited',
  service_unavailable: 'temporary',
  request_timeout: 'temporary',
  team_added_to_org: 'temporary',
  rollup_error: 'temporary',
  // Slack documents that some of the work may have been done before these errors.
  fatal_error: 'unknown',
  internal_error: 'unknown',
  invalid_auth: 'credentials',
  not_authed: 'credentials',
  account_inactive: 'credentials',
  token_revoked: 'credentials',
  token_expired: 'credentials',
  invalid_token: 'credentials',
  no_service: 'credentials',
  no_team: 'credentials',
  team_disabled: 'credentials',
  missing_scope: 'permission',
  not_in_channel: 'permission',
  restricted_action: 'permission',
  no_permission: 'permission',
  not_allowed_token_type: 'permission',
  ekm_access_denied: 'permission',
  org_login_required: 'permission',
  access_denied: 'permission',
  team_access_not_granted: 'permission',
};

const explanations: Readonly<Record<string, string>> = {
  channel_not_found: 'Slack finds no such channel, or the bot is not a member of it',
  channel_is_archived: 'The channel is archived',
  is_archived: 'The channel is archived',
  not_in_channel: 'The bot is not in the channel: invite it there',
  users_not_found: 'Slack finds nobody with this mail address',
  user_not_found: 'Slack finds no such person',
  name_taken: 'There is a channel of this name already',
  no_service: 'The webhook was removed: make a new one',
  msg_too_long: 'The message is too long',
  no_text: 'The message is empty',
};

export function judge(answer: ProviderAnswer, request: ProviderRequest): Verdict {
  const body = objectOf(answer.body);
  if (answer.status === 200 && (body['ok'] === true || answer.body === 'ok')) return { class: 'ok' };
  const word = textOf(body['error']) ?? wordOf(answer.body);
  if (word === undefined) return judgeByStatus(answer, request, problemOf(answer, `http_${answer.status}`));
  const problem = problemOf(answer, word);
  const refusal = answer.status === 429 ? 'rate_limited' : classOf(word, answer);
  if (refusal === 'rate_limited') return { class: refusal, problem, retryAfterMs: retryAfterOf(answer) ?? 1000 };
  return { class: isReading(request) && refusal === 'unknown' ? 'temporary' : refusal, problem };
}

function classOf(word: string, { status }: ProviderAnswer): Refusal {
  // For a webhook, an archived channel makes the credential useless. For a token it does not.
  if (word === 'channel_is_archived' && status === 410) return 'credentials';
  return Object.hasOwn(classes, word) ? (classes[word] ?? 'permanent') : status === 503 ? 'temporary' : 'permanent';
}

/** Returns the error word in a webhook's response. Any other body was sent by a proxy. */
function wordOf(body: ProviderAnswer['body']): string | undefined {
  return typeof body === 'string' && /^[a-z_]{2,60}$/.test(body.trim()) ? body.trim() : undefined;
}

function isReading({ method, path }: ProviderRequest): boolean {
  return method === 'GET' || path === '/api/auth.test';
}

function problemOf({ body, headers, status }: ProviderAnswer, code: string): Problem {
  const { needed, provided, response_metadata } = objectOf(body);
  const details = listOf(objectOf(response_metadata)['messages']).map(String);
  const scope = textOf(needed);
  const message = [
    scope !== undefined
      ? `The connection needs the scope ${scope}, and has ${textOf(provided) ?? 'none'}`
      : Object.hasOwn(explanations, code)
        ? explanations[code]
        : code.startsWith('http_')
          ? `Slack answered ${status}`
          : `Slack answered ${code}`,
    ...details,
  ].join('. ');
  const requestId = headers['x-slack-req-id'];
  return { code, message, ...(requestId !== undefined && { requestId }) };
}
