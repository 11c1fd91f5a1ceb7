import { ActionRefusal, findAction, findProvider } from '@drippulse/providers';
import { expect, test } from '@jest/globals';
import { googleWorkspaceFake } from '../src/fakes/google-workspace.ts';
import { microsoft365Fake } from '../src/fakes/microsoft365.ts';
import { readMime } from '../src/fakes/read-mime.ts';
import { sendgridFake } from '../src/fakes/sendgrid.ts';
import { runFake } from '../src/index.ts';
import { place, runAction, type SomeRunning } from './run-example.ts';

const senders = ['google_workspace', 'microsoft365', 'sendgrid'] as const;

function sendMail(key: (typeof senders)[number], running: unknown, input: object, mayHaveHappened = false) {
  const provider = findProvider(key);
  const action = findAction(key, 'send_email');
  if (provider === undefined || action === undefined) throw new Error(`${key} sends no mail`);
  return runAction(provider, { action, input, at: place(provider, { mayHaveHappened }) }, running as SomeRunning);
}

/** The members of the mail that an email step composes. */
const composed = {
  to: 'ada@example.com',
  from: 'hello@example.com',
  from_name: 'Example',
  reply_to: 'help@example.com',
  subject: 'Grüße aus Köln',
  html: '<p>Grüße</p>',
  text: 'Grüße',
  message_id: '<0123456789abcdef@example.com>',
  headers: {
    'Auto-Submitted': 'auto-generated',
    'List-Unsubscribe': '<https://app.example.com/u/0123456789>',
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  },
};

test('a composed mail keeps its Message-ID and one-click unsubscribe at Gmail and Outlook', () => {
  const gmail = runFake(googleWorkspaceFake);
  sendMail('google_workspace', gmail, composed);
  const graph = runFake(microsoft365Fake);
  const { sent } = sendMail('microsoft365', graph, composed);
  const mimes = [
    Buffer.from(gmail.state.mails[0]?.raw ?? '', 'base64url').toString('utf8'),
    Buffer.from(sent[0]?.text ?? '', 'base64').toString('utf8'),
  ];
  for (const mime of mimes) {
    const { headers, body } = readMime(mime);
    expect(headers).toMatchObject({
      'message-id': composed.message_id,
      'list-unsubscribe': composed.headers['List-Unsubscribe'],
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      'auto-submitted': 'auto-generated',
      from: 'Example <hello@example.com>',
      to: 'ada@example.com',
      'reply-to': 'help@example.com',
      subject: '=?UTF-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=',
    });
    expect(body).toContain(Buffer.from('Grüße').toString('base64'));
    expect(body).toContain(Buffer.from('<p>Grüße</p>').toString('base64'));
  }
});

test('a composed mail brings its key back with the events of SendGrid, which adds no footer of its own', () => {
  const sendgrid = runFake(sendgridFake);
  const { sent } = sendMail('sendgrid', sendgrid, composed);
  expect(sendgrid.state.mails).toMatchObject([
    {
      to: 'ada@example.com',
      custom_args: { drippulse_key: 'enrollment:1:step:2:visit:1', drippulse_message_id: composed.message_id },
      headers: composed.headers,
      content: [{ type: 'text/plain' }, { type: 'text/html' }],
    },
  ]);
  expect(JSON.parse(sent[0]?.text ?? '')).toMatchObject({
    tracking_settings: { subscription_tracking: { enable: false } },
  });
});

test.each(senders)('a repeat of a mail by %s has the same bytes', (key) => {
  const fake = { google_workspace: googleWorkspaceFake, microsoft365: microsoft365Fake, sendgrid: sendgridFake }[key];
  const bytes = () => sendMail(key, runFake(fake as never), composed).sent[0]?.text;
  expect(bytes()).toBe(bytes());
});

test.each([
  ['a line break in the subject', { subject: 'Hello\r\nBcc: evil@example.com' }],
  ['a line break in a name', { to_name: 'Ada\r\nBcc: evil@example.com' }],
  ['an address in a name', { to_name: 'evil@example.com, "Ada' }],
  ['a line break in the name of the sender', { from_name: 'X\r\n\r\nbody' }],
  ['a boundary in the body', { text: '--dp-0\r\nContent-Type: text/html\r\n\r\nevil' }],
])('%s adds no header and no recipient', (_case, hostile) => {
  const gmail = runFake(googleWorkspaceFake);
  sendMail('google_workspace', gmail, { ...composed, ...hostile });
  const { headers } = readMime(Buffer.from(gmail.state.mails[0]?.raw ?? '', 'base64url').toString('utf8'));
  expect(headers['bcc']).toBeUndefined();
  expect(headers['subject']).not.toMatch(/=0[AD]/);
  expect(headers['to']?.match(/<[^>]*>/g) ?? [headers['to']]).toHaveLength(1);
  expect(headers['to']).toContain('ada@example.com');
  expect(Object.keys(headers).sort()).toEqual(
    [
      'auto-submitted',
      'content-type',
      'date',
      'from',
      'list-unsubscribe',
      'list-unsubscribe-post',
      'message-id',
      'mime-version',
      'reply-to',
      'subject',
      'to',
    ].sort(),
  );
});

test.each([
  ['Bcc', 'evil@example.com'],
  ['To', 'evil@example.com'],
  ['Content-Type', 'text/html'],
  ['X-A', 'a\r\nBcc: evil@example.com'],
  ['X-A\r\nBcc', 'evil@example.com'],
])('a header %j of %j is no input', (name, value) => {
  for (const key of senders)
    expect(findAction(key, 'send_email')?.input.safeParse({ ...composed, headers: { [name]: value } }).success).toBe(
      false,
    );
});

test('a mail that may have been sent is looked for, and nobody knows where the connection may not look', () => {
  const gmail = runFake(googleWorkspaceFake);
  sendMail('google_workspace', gmail, composed);
  sendMail('google_workspace', gmail, composed, true);
  expect(gmail.state.mails).toHaveLength(1);
  gmail.state.mayRead = false;
  const verdict = catchVerdict(() => sendMail('google_workspace', gmail, composed, true));
  expect(verdict).toMatchObject({ class: 'permanent', problem: { code: 'outcome_unknown' } });
  expect(gmail.state.mails).toHaveLength(1);
});

function catchVerdict(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof ActionRefusal) return error.verdict;
    throw error;
  }
  return undefined;
}
