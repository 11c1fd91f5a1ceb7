import { listOf, objectOf, textOf } from '../answers/reading.ts';
import type { Provider } from '../provider.ts';
import { basic, bearer } from '../requests/sign.ts';
import { judge } from './judge.ts';
import { companyOf, oauth } from './oauth.ts';

export const gong: Provider = {
  key: 'gong',
  name: 'Gong',
  description: 'Adds calls, reads their details, and assigns prospects to flows.',
  hosts: {
    api: {
      originOf: ({ api_base_url: base }) => (base && URL.canParse(base) ? new URL(base).origin : 'https://api.gong.io'),
      allowed: /^(api|[a-z0-9-]+\.api)\.gong\.io$/,
    },
  },
  credentials: [
    {
      name: 'access_key',
      label: 'Access key',
      isSecret: true,
      help: 'Made by a technical administrator: Admin center, Settings, Ecosystem, API, API keys.',
    },
    { name: 'secret_key', label: 'Access key secret', isSecret: true, help: 'Shown once when the access key is made.' },
    { name: 'access_token', label: 'Access token', isSecret: true, help: 'What Connect stores.' },
    { name: 'refresh_token', label: 'Refresh token', isSecret: true, help: 'What Connect stores.' },
    {
      name: 'client_id',
      label: 'Client id',
      isSecret: false,
      help: 'Of your integration in Gong: Admin center, Settings, Ecosystem, API, Integrations.',
    },
    { name: 'client_secret', label: 'Client secret', isSecret: true, help: 'Shown once when the integration is made.' },
    {
      name: 'api_base_url',
      label: 'API address',
      isSecret: false,
      help: 'Address of the API of your company; Connect stores it, and access keys need none.',
      pattern: /^https:\/\/([a-z0-9-]+\.)?api\.gong\.io\/?$/,
    },
  ],
  requires: [['access_key', 'secret_key'], ['access_token'], ['refresh_token']],
  oauth,
  sign: ({ access_token: token, access_key: key, secret_key: secret }) => bearer(token) ?? basic(key, secret),
  judge,
  *test(credentials) {
    const { body } = yield { host: 'api', method: 'GET', path: '/v2/workspaces' };
    const [first] = listOf(objectOf(body)['workspaces']).map(objectOf);
    const workspace = textOf(first?.['id']);
    const name = textOf(first?.['name']) ?? null;
    const company = companyOf(credentials['api_base_url']);
    const account = company ?? (workspace === undefined ? undefined : { id: workspace, name });
    const count = listOf(objectOf(body)['workspaces']).length;
    return {
      account: account === undefined ? null : { id: account.id, name },
      checks: [
        {
          name: 'workspaces',
          ok: count > 0,
          detail: `The credentials see ${count} ${count === 1 ? 'workspace' : 'workspaces'}.`,
        },
      ],
    };
  },
  // The limits apply to all integrations of the company together.
  limits: [
    { points: 3, seconds: 1 },
    { points: 10_000, seconds: 86_400 },
  ],
};
