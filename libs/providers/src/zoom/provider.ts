import { objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Provider, TestFindings } from '../provider.ts';
import { bearer } from '../requests/sign.ts';
import { judge, pauseAfter } from './judge.ts';
import { oauth } from './oauth.ts';

export const zoom: Provider = {
  key: 'zoom',
  name: 'Zoom',
  description: 'Makes meetings, and registers people for meetings and webinars.',
  hosts: {
    api: { originOf: () => 'https://api.zoom.us', allowed: /^api\.zoom\.us$/ },
  },
  credentials: [
    {
      name: 'access_token',
      label: 'Access token',
      isSecret: true,
      help: 'Comes with the Connect button. A pasted one ends after an hour.',
    },
    {
      name: 'refresh_token',
      label: 'Refresh token',
      isSecret: true,
      help: 'Comes with the Connect button. Each refresh replaces it, so no other program may use it.',
    },
    {
      name: 'client_id',
      label: 'Client id',
      isSecret: false,
      help: 'In the Zoom App Marketplace under Manage, your general app, App Credentials.',
    },
    { name: 'client_secret', label: 'Client secret', isSecret: true, help: 'Beside the client id.' },
    {
      name: 'token_url',
      label: 'Token URL',
      isSecret: false,
      help: 'Leave it out: Zoom has only one.',
      pattern: /^https:\/\/zoom\.us\/oauth\/token$/,
    },
  ],
  requires: [['access_token'], ['refresh_token', 'client_id', 'client_secret']],
  oauth,
  sign: (credentials) => bearer(credentials['access_token']),
  judge,
  test,
  // The limits of the Pro plan, which all apps of the account share. On other plans, Zoom's refusals determine the
  // pauses.
  limits: [
    { points: 30, seconds: 1, counts: ({ method }) => method === 'GET', of: 'reads' },
    { points: 20, seconds: 1, counts: ({ method }) => method !== 'GET', of: 'writes' },
  ],
  pauseAfter,
};

function* test(): Generator<ProviderRequest, TestFindings, ProviderAnswer> {
  const answer = yield { host: 'api', method: 'GET', path: '/v2/users/me' };
  const { account_id, email, type } = objectOf(answer.body);
  const account = textOf(account_id);
  const isLicensed = textOf(type) !== '1';
  return {
    account: account === undefined ? null : { id: account, name: textOf(email) ?? null },
    checks: [
      { name: 'token', ok: true, detail: `Zoom accepts the token of ${textOf(email) ?? 'the account'}.` },
      {
        name: 'licence',
        ok: isLicensed,
        detail: isLicensed
          ? 'The person is licensed. Webinars need an add-on, which no call can check.'
          : 'The person has a basic plan: registration and webinars will be refused.',
      },
    ],
  };
}
