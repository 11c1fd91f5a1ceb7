import { objectOf, textOf } from '../answers/reading.ts';
import type { Provider } from '../provider.ts';
import { basic, bearer } from '../requests/sign.ts';
import { judge, pauseAfter } from './judge.ts';
import { oauth, originOf, subdomain } from './oauth.ts';

export const zendesk: Provider = {
  key: 'zendesk',
  name: 'Zendesk',
  description: 'Makes and changes tickets and users.',
  hosts: {
    account: { originOf, allowed: /^[a-z0-9][a-z0-9-]{0,62}\.zendesk\.com$/ },
  },
  credentials: [
    {
      name: 'subdomain',
      label: 'Subdomain',
      isSecret: false,
      help: 'The first part of the address of your account: example of example.zendesk.com.',
      pattern: subdomain,
    },
    {
      name: 'email',
      label: 'Email',
      isSecret: false,
      help: 'Address of the agent whose API token it is; only beside api_token.',
    },
    {
      name: 'api_token',
      label: 'API token',
      isSecret: true,
      help: 'An API token from before October 2026. New ones cannot be made: use Connect with an OAuth client.',
    },
    { name: 'access_token', label: 'Access token', isSecret: true, help: 'What Connect stores.' },
    { name: 'refresh_token', label: 'Refresh token', isSecret: true, help: 'What Connect stores.' },
    {
      name: 'client_id',
      label: 'Client identifier',
      isSecret: false,
      help: 'Admin Center, Apps and integrations, APIs, OAuth clients: the unique identifier of a confidential client.',
    },
    {
      name: 'client_secret',
      label: 'Client secret',
      isSecret: true,
      help: 'Shown once when the OAuth client is saved.',
    },
  ],
  requires: [
    ['subdomain', 'access_token'],
    ['subdomain', 'refresh_token'],
    ['subdomain', 'email', 'api_token'],
  ],
  oauth,
  sign: ({ access_token: token, email, api_token: apiToken }) =>
    bearer(token) ?? basic(email && `${email}/token`, apiToken),
  judge,
  pauseAfter,
  *test(credentials) {
    const { body } = yield { host: 'account', method: 'GET', path: '/api/v2/users/me' };
    const user = objectOf(objectOf(body)['user']);
    const id = textOf(user['id']);
    const role = textOf(user['role']) ?? 'unknown';
    // If the credentials are invalid, the response is still successful, and describes an anonymous user.
    const isAgent = id !== undefined && (role === 'agent' || role === 'admin');
    const detail =
      id === undefined
        ? 'Zendesk does not know the credentials.'
        : `The credentials are of ${textOf(user['email']) ?? id}, role ${role}.`;
    const name = credentials['subdomain'];
    return {
      account: isAgent && name !== undefined ? { id: name, name } : null,
      checks: [{ name: 'agent', ok: isAgent, detail }],
    };
  },
  // The limit of the smallest plan, and the limit of ticket changes per account.
  limits: [
    { points: 200, seconds: 60 },
    {
      points: 100,
      seconds: 60,
      counts: ({ method, path }) => method === 'PUT' && path.startsWith('/api/v2/tickets/'),
      of: 'changes of tickets',
    },
  ],
  warning({ api_token: apiToken, access_token: token }) {
    if (!apiToken || token) return undefined;
    const message =
      'Zendesk switches API tokens off, and at once those that nobody uses for 30 days: connect by OAuth before.';
    return { message, endsAt: '2027-04-30T00:00:00Z' };
  },
};
