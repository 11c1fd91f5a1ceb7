import { listOf, objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import type { Credentials, Provider, TestFindings } from '../provider.ts';
import { bearer } from '../requests/sign.ts';
import { judge, pauseAfter } from './judge.ts';

export const sendgrid: Provider = {
  key: 'sendgrid',
  name: 'SendGrid',
  description: 'Sends mail, and keeps marketing contacts and suppressions.',
  hosts: {
    api: {
      originOf: ({ region }) => (region === 'eu' ? 'https://api.eu.sendgrid.com' : 'https://api.sendgrid.com'),
      allowed: /^api(\.eu)?\.sendgrid\.com$/,
    },
  },
  credentials: [
    {
      name: 'api_key',
      label: 'API key',
      isSecret: true,
      help: 'In SendGrid under Settings, API Keys. "Restricted Access" with Mail Send is enough for mails; it is shown once and begins with SG.',
      pattern: /^SG\.[A-Za-z0-9_-]{10,40}\.[A-Za-z0-9_-]{20,80}$/,
    },
    {
      name: 'default_from_email',
      label: 'Sender',
      isSecret: false,
      help: 'Address that mails come from where a step names none. Verify it, or its domain, in SendGrid under Settings, Sender Authentication.',
      pattern: /^[^\s@<>,;]+@[^\s@<>,;]+$/,
    },
    {
      name: 'region',
      label: 'Region',
      isSecret: false,
      help: 'Give eu for a subuser in the European Union, and global for every other. Default: global.',
      pattern: /^(global|eu)$/,
    },
  ],
  requires: [['api_key']],
  sign: (credentials) => bearer(credentials['api_key']),
  judge,
  test,
  limits: [
    { points: 600, seconds: 60, counts: ({ path }) => path === '/v3/mail/send', of: 'mails' },
    { points: 3, seconds: 1, counts: ({ path }) => path.startsWith('/v3/marketing/'), of: 'requests about marketing' },
  ],
  pauseAfter,
};

/** Checks the scopes of the key. Also checks the sender, by a mail that SendGrid validates but does not send. */
function* test(credentials: Credentials): Generator<ProviderRequest, TestFindings, ProviderAnswer> {
  const answer = yield { host: 'api', method: 'GET', path: '/v3/scopes' };
  const scopes = listOf(objectOf(answer.body)['scopes']).map(String);
  const maySend = scopes.includes('mail.send');
  const checks = [
    { name: 'api_key', ok: true, detail: `The key is alive and has ${scopes.length} scopes.` },
    {
      name: 'send_mail',
      ok: maySend,
      detail: maySend ? 'It may send mail.' : 'It lacks the scope mail.send: mails will be refused.',
    },
  ];
  const from = credentials['default_from_email'];
  if (from !== undefined && maySend) checks.push(yield* testSender(from));
  return { account: null, scopes, checks };
}

function* testSender(email: string): Generator<ProviderRequest, TestFindings['checks'][number], ProviderAnswer> {
  const answer = yield {
    host: 'api',
    method: 'POST',
    path: '/v3/mail/send',
    body: {
      json: {
        personalizations: [{ to: [{ email }] }],
        from: { email },
        subject: 'Test of the connection',
        content: [{ type: 'text/plain', value: 'Test of the connection' }],
        mail_settings: { sandbox_mode: { enable: true } },
      },
    },
    isDone: ({ status }) => status === 403,
  };
  const problem = textOf(objectOf(listOf(objectOf(answer.body)['errors'])[0])['message']);
  const ok = answer.status !== 403;
  return {
    name: 'sender',
    ok,
    detail: ok ? `Mails may come from ${email}.` : (problem ?? `SendGrid refuses ${email} as a sender.`),
  };
}
