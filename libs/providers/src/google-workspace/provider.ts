import { objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Provider, TestFindings } from '../provider.ts';
import { bearer } from '../requests/sign.ts';
import { judge } from './judge.ts';
import { oauth } from './oauth.ts';

const allowed = /^(gmail|www|sheets|people)\.googleapis\.com$/;

export const googleWorkspace: Provider = {
  key: 'google_workspace',
  name: 'Google Workspace',
  description: 'Sends mail by Gmail, and works with calendars, sheets and contacts.',
  hosts: {
    gmail: { originOf: () => 'https://gmail.googleapis.com', allowed },
    calendar: { originOf: () => 'https://www.googleapis.com', allowed },
    sheets: { originOf: () => 'https://sheets.googleapis.com', allowed },
    people: { originOf: () => 'https://people.googleapis.com', allowed },
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
      help: 'Comes with the Connect button. A pasted one needs the client id and secret that it was made for.',
    },
    {
      name: 'client_id',
      label: 'Client id',
      isSecret: false,
      help: 'In the Google Cloud console under APIs & Services, Credentials: an OAuth client of the type "Web application".',
    },
    { name: 'client_secret', label: 'Client secret', isSecret: true, help: 'Beside the client id.' },
    {
      name: 'sender_email',
      label: 'Sender',
      isSecret: false,
      help: 'Address that mails come from: of the account, or an alias under "Send mail as" in Gmail. Default: that of the account.',
      pattern: /^[^\s@<>,;]+@[^\s@<>,;]+$/,
    },
    {
      name: 'token_url',
      label: 'Token URL',
      isSecret: false,
      help: 'Leave it out: Google has only one.',
      pattern: /^https:\/\/oauth2\.googleapis\.com\/token$/,
    },
  ],
  requires: [['access_token'], ['refresh_token', 'client_id', 'client_secret']],
  oauth,
  sign: (credentials) => bearer(credentials['access_token']),
  judge,
  test,
  // Gmail allows 6,000 units per minute and person, and a mail costs 100 units. Sheets allows 60 reads and 60 writes
  // per minute and person.
  limits: [
    {
      points: 60,
      seconds: 60,
      counts: ({ host, path }) => host === 'gmail' && path.endsWith('/messages/send'),
      of: 'mails',
    },
    {
      points: 60,
      seconds: 60,
      counts: ({ host, method }) => host === 'sheets' && method === 'GET',
      of: 'reads of sheets',
    },
    {
      points: 60,
      seconds: 60,
      counts: ({ host, method }) => host === 'sheets' && method !== 'GET',
      of: 'writes of sheets',
    },
  ],
};

/** Reads the profile of the mailbox. A token that may only send mail gets 403, and an invalid token gets 401. */
function* test(): Generator<ProviderRequest, TestFindings, ProviderAnswer> {
  const answer = yield {
    host: 'gmail',
    method: 'GET',
    path: '/gmail/v1/users/me/profile',
    isDone: (refusal) =>
      refusal.status === 403 && judge(refusal, { host: 'gmail', method: 'GET', path: '' }).class === 'permission',
  };
  const email = textOf(objectOf(answer.body)['emailAddress'])?.toLowerCase();
  return {
    account: email === undefined ? null : { id: email, name: email },
    checks: [
      { name: 'token', ok: true, detail: 'Google accepts the token.' },
      email === undefined
        ? {
            name: 'mailbox',
            ok: true,
            detail: 'The connection may not read the profile of the mailbox, which sending does not need.',
          }
        : { name: 'mailbox', ok: true, detail: `The mailbox is ${email}.` },
    ],
  };
}
