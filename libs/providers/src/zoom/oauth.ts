import { objectOf, textOf } from '../answers/reading.ts';
import { grantParameters, readTokenAnswer } from '../answers/token-answers.ts';
import type { OAuth } from '../provider.ts';
import { basic } from '../requests/sign.ts';

/** A refresh invalidates the old refresh token. If its response is lost, the connection may be lost too. */
export const oauth: OAuth = {
  authorizeUrl: () => 'https://zoom.us/oauth/authorize',
  tokenUrl: (credentials) => credentials['token_url'] ?? 'https://zoom.us/oauth/token',
  revoke: ({ access_token: token, client_id, client_secret }) => {
    const headers = basic(client_id, client_secret);
    if (!token || headers === null) return undefined;
    return { url: 'https://zoom.us/oauth/revoke', request: { method: 'POST', headers, body: { form: { token } } } };
  },
  allowed: /^zoom\.us$/,
  usesPkce: true,
  scopeSeparator: ' ',
  baseScopes: ['user:read:user'],
  rotates: true,
  accessTokenSeconds: 3599,
  idleDays: 90,
  request: (grant, { id, secret }) => ({
    method: 'POST',
    headers: basic(id, secret) ?? {},
    body: { form: grantParameters(grant) },
  }),
  read: (answer) => {
    const read = readTokenAnswer(answer);
    if ('tokens' in read) {
      // An administrator's scope includes the user's scope of the same name.
      const scopes = read.tokens.scopes?.flatMap((scope) => [scope, scope.replace(/:admin$/, '')]);
      return { tokens: { ...read.tokens, ...(scopes && { scopes: [...new Set(scopes)] }) } };
    }
    const { error, reason } = objectOf(answer.body);
    const message = textOf(reason) ?? read.verdict.problem.message;
    const problem = { ...read.verdict.problem, message };
    // Zoom gives this reason, with varying statuses, if a refresh token was used before or has expired.
    if (/invalid token|expired/i.test(message) && textOf(error) !== 'invalid_client')
      return { verdict: { class: 'credentials', problem } };
    return { verdict: { ...read.verdict, problem } };
  },
};
