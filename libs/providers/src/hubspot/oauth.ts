import { listOf, objectOf, textOf } from '../answers/reading.ts';
import { grantParameters, judgeTokenError, readTokenAnswer } from '../answers/token-answers.ts';
import type { OAuth } from '../provider.ts';

const host = 'https://api.hubapi.com';

/** HubSpot's refresh token is not changed by a refresh, and each response contains it again. */
export const oauth: OAuth = {
  authorizeUrl: () => 'https://app.hubspot.com/oauth/authorize',
  tokenUrl: (credentials) => credentials['token_url'] ?? `${host}/oauth/2026-09/token`,
  revoke(credentials) {
    const { refresh_token: token, client_id, client_secret } = credentials;
    if (!token || !client_id || !client_secret) return undefined;
    const form = { token, client_id, client_secret, token_type_hint: 'refresh_token' };
    return { url: `${host}/oauth/2026-09/token/revoke`, request: { method: 'POST', headers: {}, body: { form } } };
  },
  allowed: /^(app|app-[a-z]{2}\d)\.hubspot\.com$|^api\.hubapi\.com$/,
  usesPkce: true,
  scopeSeparator: ' ',
  baseScopes: ['oauth'],
  rotates: false,
  accessTokenSeconds: 1800,
  request: (grant, { id, secret }) => ({
    method: 'POST',
    headers: {},
    body: { form: { ...grantParameters(grant), client_id: id, client_secret: secret } },
  }),
  read(answer) {
    const body = objectOf(answer.body);
    const read = readTokenAnswer(answer);
    if ('verdict' in read) return { verdict: judgeTokenError(answer, errorOf(answer.body), textOf(body['message'])) };
    const portal = textOf(body['hub_id']);
    const scopes = listOf(body['scopes'])
      .map(textOf)
      .filter((scope) => scope !== undefined);
    return {
      tokens: {
        ...read.tokens,
        ...(scopes.length > 0 && { scopes }),
        ...(portal !== undefined && { account: { id: portal, name: null } }),
      },
    };
  },
};

/** HubSpot's names for the errors of RFC 6749. */
const knownErrors: Readonly<Record<string, string>> = {
  BAD_REFRESH_TOKEN: 'invalid_grant',
  BAD_AUTH_CODE: 'invalid_grant',
  BAD_CLIENT_ID: 'invalid_client',
  BAD_CLIENT_SECRET: 'invalid_client',
};

function errorOf(json: Parameters<typeof objectOf>[0]): string | undefined {
  const body = objectOf(json);
  const error = textOf(body['error']) ?? textOf(body['status']);
  return error !== undefined && Object.hasOwn(knownErrors, error) ? knownErrors[error] : error;
}
