import { type Implied, withImplied } from '../answers/implied-scopes.ts';
import { listOf, objectOf, textOf } from '../answers/reading.ts';
import { grantParameters, readTokenAnswer } from '../answers/token-answers.ts';
import type { ProviderAnswer } from '../calls.ts';
import type { Verdict } from '../outcomes.ts';
import type { Credentials, OAuth } from '../provider.ts';

export const tokenUrl = /^https:\/\/login\.microsoftonline\.com\/[A-Za-z0-9.-]{1,100}\/oauth2\/v2\.0\/token$/;

/** Returns the endpoint of the tenant that the connection names, or else the endpoint that serves all tenants. */
function endpoint({ token_url }: Credentials, name: 'authorize' | 'token'): string {
  const tenant = /\.com\/([^/]+)\//.exec(token_url ?? '')?.[1] ?? 'common';
  return `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/${name}`;
}

const implied: Implied = {
  'Calendars.ReadWrite': ['Calendars.Read', 'Calendars.ReadBasic'],
  'Calendars.Read': ['Calendars.ReadBasic'],
  'Mail.ReadWrite': ['Mail.Read'],
  'User.ReadWrite': ['User.Read'],
};

/**
 * A refresh returns a new refresh token, and the old one stays valid until it expires, so a lost response does no harm.
 */
export const oauth: OAuth = {
  authorizeUrl: (credentials) => endpoint(credentials, 'authorize'),
  authorizeParams: { response_mode: 'query', prompt: 'select_account' },
  tokenUrl: (credentials) => endpoint(credentials, 'token'),
  allowed: /^login\.microsoftonline\.com$/,
  usesPkce: true,
  scopeSeparator: ' ',
  baseScopes: ['offline_access', 'User.Read'],
  rotates: false,
  accessTokenSeconds: 3600,
  idleDays: 90,
  request: (grant, { id, secret }) => ({
    method: 'POST',
    headers: {},
    body: { form: { ...grantParameters(grant), client_id: id, client_secret: secret } },
  }),
  read: (answer) => {
    const read = readTokenAnswer(answer);
    if ('verdict' in read) return { verdict: refine(read.verdict, answer) };
    // In some responses, scopes are prefixed with Graph's URL.
    const named = read.tokens.scopes?.map((scope) => scope.replace('https://graph.microsoft.com/', ''));
    const scopes = withImplied(named, implied);
    return { tokens: { ...read.tokens, ...(scopes && { scopes }) } };
  },
};

type Refusal = Exclude<Verdict, { class: 'ok' | 'done' }>;

/** Errors of the operator's secret or app, by their AADSTS numbers. Customers cannot fix them. */
const operatorCodes = new Set(['7000215', '7000222', '700016', '7000112']);

/** Error of a tenant that does not exist. The customer names the tenant, in the connection's token URL. */
const unknownTenant = '90002';

/**
 * Refines a verdict with the AADSTS numbers, because `error` does not show whether the customer or the operator must
 * act.
 */
function refine(verdict: Refusal, { body }: ProviderAnswer): Refusal {
  const { error, error_codes } = objectOf(body);
  const { problem } = verdict;
  const codes = listOf(error_codes).map((code) => textOf(code) ?? '');
  if (codes.some((code) => operatorCodes.has(code))) return { class: 'operator', problem };
  if (codes.includes(unknownTenant)) return { class: 'credentials', problem };
  if (textOf(error) === 'interaction_required') return { class: 'credentials', problem };
  if (textOf(error) === 'temporarily_unavailable') return { class: 'temporary', problem };
  return verdict;
}
