import { objectOf, textOf } from '../answers/reading.ts';
import type { Provider } from '../provider.ts';
import { bearer } from '../requests/sign.ts';
import { judge, pauseAfter } from './judge.ts';
import { oauth } from './oauth.ts';

export const hubspot: Provider = {
  key: 'hubspot',
  name: 'HubSpot',
  description: 'Reads and writes contacts, deals and activities of a HubSpot portal.',
  hosts: {
    api: { originOf: () => 'https://api.hubapi.com', allowed: /^api\.hubapi\.com$/ },
  },
  credentials: [
    {
      name: 'access_token',
      label: 'Access token',
      isSecret: true,
      help: 'Access token of a private app (Settings, Integrations, Private Apps; it begins with pat-), or what Connect stores.',
    },
    {
      name: 'refresh_token',
      label: 'Refresh token',
      isSecret: true,
      help: 'What Connect stores; a private app has none.',
    },
    {
      name: 'client_id',
      label: 'Client id',
      isSecret: false,
      help: 'Auth tab of your app in the HubSpot developer account.',
    },
    {
      name: 'client_secret',
      label: 'Client secret',
      isSecret: true,
      help: 'Auth tab of your app in the HubSpot developer account.',
    },
    {
      name: 'token_url',
      label: 'Token URL',
      isSecret: false,
      help: 'Leave it empty: https://api.hubapi.com/oauth/2026-09/token is used.',
      pattern: /^https:\/\/api\.hubapi\.com\/oauth\//,
    },
  ],
  requires: [['access_token'], ['refresh_token']],
  oauth,
  sign: (credentials) => bearer(credentials['access_token']),
  judge,
  pauseAfter,
  *test() {
    const { body } = yield { host: 'api', method: 'GET', path: '/account-info/2026-09/details' };
    const { portalId, accountType, timeZone } = objectOf(body);
    const id = textOf(portalId);
    const kind = textOf(accountType) ?? 'STANDARD';
    const name = kind === 'STANDARD' ? `Portal ${id}` : `Portal ${id} (${kind.toLowerCase().replace('_', ' ')})`;
    return {
      account: id === undefined ? null : { id, name },
      checks: [
        {
          name: 'portal',
          ok: id !== undefined,
          detail: `The token reads portal ${id}, time zone ${textOf(timeZone)}.`,
        },
      ],
    };
  },
  sourceScopes: ['crm.schemas.contacts.read', 'crm.schemas.companies.read', 'crm.schemas.deals.read'],
  // Limits that every plan allows. Searches of all object types are counted together.
  limits: [
    { points: 100, seconds: 10 },
    { points: 5, seconds: 1, counts: ({ path }) => path.endsWith('/search'), of: 'searches' },
  ],
  warning(credentials) {
    if (!credentials['token_url']?.includes('/oauth/v1/')) return undefined;
    const message =
      'The token URL is of OAuth v1, which HubSpot switches off: clear it, or use https://api.hubapi.com/oauth/2026-09/token.';
    return { message, endsAt: '2027-02-16T00:00:00Z' };
  },
};
