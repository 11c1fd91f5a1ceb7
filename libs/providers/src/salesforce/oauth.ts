import { withImplied } from '../answers/implied-scopes.ts';
import { objectOf, textOf } from '../answers/reading.ts';
import { grantParameters, readTokenAnswer } from '../answers/token-answers.ts';
import type { Account, Credentials, OAuth } from '../provider.ts';

/** Returns the login host. The `token_url` of a connection may name a sandbox or a My Domain. */
function loginOf({ token_url: tokenUrl }: Credentials): string {
  return tokenUrl && URL.canParse(tokenUrl) ? new URL(tokenUrl).origin : 'https://login.salesforce.com';
}

/**
 * Salesforce does not report lifetimes, so a token is refreshed only after it is refused. Whether refresh tokens rotate
 * is an option of the app.
 */
export const oauth: OAuth = {
  authorizeUrl: (credentials) => `${loginOf(credentials)}/services/oauth2/authorize`,
  tokenUrl: (credentials) => `${loginOf(credentials)}/services/oauth2/token`,
  revoke(credentials) {
    const token = credentials['refresh_token'] ?? credentials['access_token'];
    if (!token) return undefined;
    const url = `${loginOf(credentials)}/services/oauth2/revoke`;
    return { url, request: { method: 'POST', headers: {}, body: { form: { token } } } };
  },
  allowed: /^[a-z0-9-]+(\.[a-z0-9-]+)*\.salesforce\.(com|mil)$/,
  usesPkce: true,
  scopeSeparator: ' ',
  baseScopes: ['api', 'refresh_token', 'openid'],
  rotates: true,
  accessTokenSeconds: null,
  idleDays: 30,
  request: (grant, { id, secret }) => ({
    method: 'POST',
    headers: {},
    body: { form: { ...grantParameters(grant), client_id: id, client_secret: secret } },
  }),
  read(answer) {
    const read = readTokenAnswer(answer);
    if ('verdict' in read) return read;
    const { instance_url: instanceUrl, id } = objectOf(answer.body);
    const instance = textOf(instanceUrl);
    const account = accountOf(textOf(id));
    return {
      tokens: {
        ...read.tokens,
        scopes: withImplied(read.tokens.scopes, { full: ['api', 'openid'] }),
        ...(account && { account }),
        ...(instance !== undefined && { more: { instance_url: instance } }),
      },
    };
  },
};

/** Returns the organization in an identity URL, `https://login.salesforce.com/id/<organization>/<user>`. */
function accountOf(identity: string | undefined): Account | undefined {
  const [, organization] = /\/id\/(\w{15,18})\//.exec(identity ?? '') ?? [];
  return organization === undefined ? undefined : { id: organization, name: null };
}
