import { objectOf, textOf } from '../answers/reading.ts';
import { grantParameters, readTokenAnswer } from '../answers/token-answers.ts';
import type { Account, OAuth } from '../provider.ts';
import { basic } from '../requests/sign.ts';

/**
 * Gong expects the parameters of a grant in the query, and the client as Basic credentials. Its response contains the
 * base URL of the customer's API.
 */
export const oauth: OAuth = {
  authorizeUrl: () => 'https://app.gong.io/oauth2/authorize',
  tokenUrl: () => 'https://app.gong.io/oauth2/generate-customer-token',
  allowed: /^app\.gong\.io$/,
  usesPkce: false,
  scopeSeparator: ' ',
  baseScopes: ['api:workspaces:read'],
  rotates: true,
  accessTokenSeconds: 86_400,
  request: (grant, { id, secret }) => ({
    method: 'POST',
    headers: { ...basic(id, secret) },
    query: { ...grantParameters(grant), client_id: id },
  }),
  read(answer) {
    const read = readTokenAnswer(answer);
    if ('verdict' in read) return read;
    const base = textOf(objectOf(answer.body)['api_base_url_for_customer']);
    const account = companyOf(base);
    return {
      tokens: {
        ...read.tokens,
        ...(account && { account }),
        ...(base !== undefined && { more: { api_base_url: base } }),
      },
    };
  },
};

/** Returns the company that the base URL of its API names, such as `https://company-17.api.gong.io`. */
export function companyOf(base: string | undefined): Account | undefined {
  const [, company] = /^https:\/\/([a-z0-9-]+)\.api\.gong\.io/.exec(base ?? '') ?? [];
  return company === undefined ? undefined : { id: company, name: null };
}
