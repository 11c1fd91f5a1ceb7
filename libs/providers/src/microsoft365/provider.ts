import { objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Provider, TestFindings } from '../provider.ts';
import { bearer } from '../requests/sign.ts';
import { judge } from './judge.ts';
import { oauth, tokenUrl } from './oauth.ts';

export const microsoft365: Provider = {
  key: 'microsoft365',
  name: 'Microsoft 365',
  description: 'Sends mail by Outlook, and works with calendars, contacts, tasks and Teams.',
  hosts: {
    graph: { originOf: () => 'https://graph.microsoft.com', allowed: /^graph\.microsoft\.com$/ },
  },
  credentials: [
    {
      name: 'access_token',
      label: 'Access token',
      isSecret: true,
      help: 'Comes with the Connect button. A pasted one ends after an hour or so.',
    },
    {
      name: 'refresh_token',
      label: 'Refresh token',
      isSecret: true,
      help: 'Comes with the Connect button. A pasted one needs the client id and secret that it was made for.',
    },
    {
      name: 'client_id',
      label: 'Client id',
      isSecret: false,
      help: 'In the Microsoft Entra admin center under App registrations: "Application (client) ID".',
    },
    {
      name: 'client_secret',
      label: 'Client secret',
      isSecret: true,
      help: 'In the app registration under Certificates & secrets: the value, not the id. It lives 24 months at most.',
    },
    {
      name: 'token_url',
      label: 'Token URL',
      isSecret: false,
      help: 'Leave it out, or give https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token where the app belongs to one tenant.',
      pattern: tokenUrl,
    },
  ],
  requires: [['access_token'], ['refresh_token', 'client_id', 'client_secret']],
  oauth,
  sign: (credentials) => bearer(credentials['access_token']),
  judge,
  test,
  // Exchange allows 30 mails per minute and 10,000 requests per ten minutes for each mailbox. Teams allows one message
  // per second in each channel.
  limits: [
    {
      points: 30,
      seconds: 60,
      counts: ({ path }) => path.endsWith('/sendMail') || path.endsWith('/reply'),
      of: 'mails',
    },
    {
      points: 10_000,
      seconds: 600,
      counts: ({ path }) => path.startsWith('/v1.0/me/'),
      of: 'requests about the mailbox',
    },
    { points: 4, seconds: 1, counts: ({ path }) => path.startsWith('/v1.0/teams/'), of: 'messages to channels' },
  ],
};

function* test(): Generator<ProviderRequest, TestFindings, ProviderAnswer> {
  const query = { $select: 'id,displayName,mail,userPrincipalName' };
  const answer = yield { host: 'graph', method: 'GET', path: '/v1.0/me', query };
  const { id, mail, userPrincipalName } = objectOf(answer.body);
  const account = textOf(id);
  const name = textOf(mail) ?? textOf(userPrincipalName) ?? null;
  return {
    account: account === undefined ? null : { id: account, name },
    checks: [
      { name: 'token', ok: true, detail: `Microsoft accepts the token of ${name ?? 'the account'}.` },
      {
        name: 'mailbox',
        ok: textOf(mail) !== undefined,
        detail:
          textOf(mail) === undefined
            ? 'The account has no mail address: it may have no mailbox to send from.'
            : `The mailbox is ${name}.`,
      },
    ],
  };
}
