import { retryAfterOf } from '../answers/judge-by-status.ts';
import { objectOf, textOf } from '../answers/reading.ts';
import { grantParameters, readTokenAnswer, type TokenError } from '../answers/token-answers.ts';
import type { ProviderAnswer } from '../calls.ts';
import type { OAuth } from '../provider.ts';

const clientErrors =
  /^(invalid_client_id|bad_client_secret|invalid_client|bad_redirect_uri|invalid_app_id|oauth_authorization_url_mismatch)$/;
const grantErrors =
  /^(invalid_code|code_already_used|invalid_refresh_token|token_revoked|account_inactive|token_expired)$/;

/**
 * Slack rotates tokens if the app is configured for it. The response then has a refresh token. Responses with errors
 * have status 200.
 */
export const oauth: OAuth = {
  authorizeUrl: () => 'https://slack.com/oauth/v2/authorize',
  tokenUrl: () => 'https://slack.com/api/oauth.v2.access',
  revoke: (credentials) => {
    const token = credentials['access_token'];
    if (!token) return undefined;
    const headers = { authorization: `Bearer ${token}` };
    return { url: 'https://slack.com/api/auth.revoke', request: { method: 'POST', headers, body: { json: {} } } };
  },
  allowed: /^slack\.com$/,
  usesPkce: false,
  scopeSeparator: ',',
  baseScopes: ['chat:write', 'chat:write.public'],
  rotates: true,
  accessTokenSeconds: null,
  request: (grant, { id, secret }) => ({
    method: 'POST',
    headers: {},
    body: { form: { ...grantParameters(grant), client_id: id, client_secret: secret } },
  }),
  read: (answer) => {
    const body = objectOf(answer.body);
    if (answer.status !== 200 || body['ok'] !== true) return { verdict: judgeRefusal(answer) };
    const read = readTokenAnswer(answer);
    if ('verdict' in read) return read;
    const team = objectOf(body['team']);
    const id = textOf(team['id']);
    const webhook = objectOf(body['incoming_webhook']);
    const url = textOf(webhook['url']);
    const channel = textOf(webhook['channel']);
    return {
      tokens: {
        ...read.tokens,
        ...(id !== undefined && { account: { id, name: textOf(team['name']) ?? null } }),
        more: {
          ...(url !== undefined && { webhook_url: url }),
          ...(channel !== undefined && { default_channel: channel }),
        },
      },
    };
  },
};

function judgeRefusal(answer: ProviderAnswer): TokenError {
  const code = textOf(objectOf(answer.body)['error']) ?? `http_${answer.status}`;
  const problem = { code, message: `Slack answered ${code}` };
  if (answer.status === 429 || code === 'ratelimited')
    return { class: 'rate_limited', problem, retryAfterMs: retryAfterOf(answer) ?? 1000 };
  if (clientErrors.test(code)) return { class: 'operator', problem };
  if (grantErrors.test(code)) return { class: 'credentials', problem };
  // Slack may already have replaced the refresh token.
  if (/^(internal_error|fatal_error)$/.test(code) || answer.status >= 500) return { class: 'unknown', problem };
  return { class: 'permanent', problem };
}
