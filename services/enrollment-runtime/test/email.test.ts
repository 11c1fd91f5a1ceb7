import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOfKey, messageIdOf } from '@drippulse/mail';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { simpleParser } from 'mailparser';
import { performEffect } from '../src/effects/effects.ts';
import { effectCall, effectContext, effectKey } from './effects.ts';
import { startMailServer } from './mail-server.ts';

let server: Awaited<ReturnType<typeof startMailServer>>;
let ctx: ReturnType<typeof effectContext>;
beforeAll(async () => {
  server = await startMailServer();
  ctx = effectContext({ smtpUrl: server.url });
});
afterAll(async () => {
  await ctx.stop();
  await server.stop();
});

function request(more = {}) {
  return {
    integration_id: 'internal',
    integration_name: 'internal',
    connection_key: 'default',
    to: 'ada@example.org',
    from: '',
    reply_to: '',
    subject: 'Welcome, Ada',
    category: '',
    html: '<h1>Hello</h1><p>See <a href="https://example.org/x">this</a> &amp; that</p>',
    ...more,
  };
}

const perform = (more = {}, call = {}) => performEffect(ctx, effectCall('email', request(more), call));

/** Performs one effect, and returns the mail that arrived. */
async function sent(more = {}) {
  const result = await perform(more);
  expect(result).toMatchObject({ outcome: 'succeeded' });
  const mail = server.mails.at(-1);
  if (mail === undefined) throw new Error('no mail arrived');
  return mail;
}

test('a mail goes out as HTML with the text a reader without it needs, and says what the server called it', async () => {
  const result = await perform();
  expect(result).toEqual({
    outcome: 'succeeded',
    message: 'Sent to ada@example.org: "Welcome, Ada"',
    providerMessageId: `MAIL${server.mails.length}`,
    sentAs: { from: 'DripPulse <drip@example.com>', marketing: true },
  });
  const mail = server.mails.at(-1);
  expect(mail).toMatchObject({ from: 'drip@example.com', to: ['ada@example.org'] });
  expect(mail?.parsed).toMatchObject({
    subject: 'Welcome, Ada',
    messageId: messageIdOf(effectKey, 'drip@example.com'),
  });
  expect(mail?.parsed.from?.text).toBe('"DripPulse" <drip@example.com>');
  expect(mail?.parsed.html).toContain('<h1>Hello</h1>');
  expect(mail?.parsed.text).toContain('this [https://example.org/x] & that');
  expect(mail?.parsed.headers.get('auto-submitted')).toBe('auto-generated');
});

test.each([
  ['HTML', {}],
  ['HTML with tracked links', { track_opens: true, track_clicks: true }],
  ['plain text', { html: undefined, text: 'Hello <Ada>\n--\nGrace' }],
])('a repeat of %s after a failed attempt has the same bytes', async (_, more) => {
  const before = server.mails.length;
  // The server has accepted the mail of the first attempt, but reports a failure.
  const answered = Promise.withResolvers<void>();
  server.pace.until = answered.promise;
  answered.promise.catch(() => undefined);
  answered.reject(Object.assign(new Error('come back later'), { responseCode: 451 }));
  expect(await perform(more)).toMatchObject({ outcome: 'failed', retryable: true });
  delete server.pace.until;
  expect(await perform(more, { attempt: 2 })).toMatchObject({ outcome: 'succeeded' });
  const [first, second, ...others] = server.mails.slice(before).map(({ raw }) => raw);
  expect(others).toEqual([]);
  expect(first).toMatch(/^Date: Wed, 25 Nov 2026 09:00:00 \+0000\r$/m);
  expect(second).toBe(first);
});

test('a plain body stays plain, and mails share a connection', async () => {
  const before = server.connections();
  const mail = await sent({ html: undefined, text: 'Hello <Ada>' });
  expect(mail.parsed).toMatchObject({ text: expect.stringContaining('Hello <Ada>'), html: false });
  expect(server.connections()).toBe(Math.max(before, 1));
});

test('sender and answer address may be named, and what bounces comes to the platform', async () => {
  const mail = await sent({ from: 'Grace <grace@example.net>', reply_to: 'team@example.net' });
  expect(mail.from).toBe('drip@example.com');
  expect(mail.parsed.from?.text).toBe('"Grace" <grace@example.net>');
  expect(mail.parsed.replyTo?.text).toBe('team@example.net');
});

test('no value brings a header of its own or a further receiver', async () => {
  const evil = 'Hi\r\nBcc: eve@example.org\r\n\r\n<script>';
  const mail = await sent({ subject: evil });
  expect(mail.to).toEqual(['ada@example.org']);
  expect(mail.parsed.bcc).toBeUndefined();
  expect(mail.raw).not.toMatch(/^bcc:/im);
  const count = server.mails.length;
  for (const more of [
    { to: 'a@x.org, b@x.org' },
    { to: 'a@x.org\r\nRCPT TO:<b@x.org>' },
    { from: 'nobody' },
    { from: 'Ada\r\nBcc: eve@example.org <ada@example.net>' },
    { from: 'a@x.org, b@x.org' },
    { reply_to: 'a@x.org, b@x.org' },
  ]) {
    expect(await perform(more)).toMatchObject({ outcome: 'failed', retryable: false });
  }
  expect(server.mails.length).toBe(count);
});

test('a body that knows the key of its mail, and the mail without it, adds no part', async () => {
  /** Returns the parts of a mail as a reader separates them. */
  const partsOf = ({ raw }: { raw: string }) => raw.split(`\r\n--${/boundary="([^"]+)"/.exec(raw)?.[1]}`).length;
  const plain = await sent();
  const known = [`--_NmP-${hashOfKey(effectKey)}-Part_1`, /boundary="([^"]+)"/.exec(plain.raw)?.[1]];
  for (const boundary of known) {
    const evil = `Hi\n--${boundary}\nContent-Type: text/html\n\n<b>evil</b>\n--${boundary}--\n`;
    const mail = await sent({ html: `<pre>${evil}</pre>` });
    expect(mail.raw).toContain(`--${boundary}`);
    expect(partsOf(mail)).toBe(partsOf(plain));
    expect(mail.parsed.html).toContain('<b>evil</b>');
    expect(mail.parsed.text).toContain('evil');
  }
});

test('a mail reads no file and fetches nothing, whatever its body says', async () => {
  const mail = await sent({ html: '<img src="file:///etc/passwd"><img src="http://127.0.0.1:1/x.png">' });
  expect(mail.parsed.attachments).toEqual([]);
  expect(mail.raw).not.toContain('root:');
});

test('what the server refuses for good is not tried again, anything else is', async () => {
  server.refusals.push({ code: 550, message: 'no such user' }, { code: 451, message: 'come back later' });
  expect(await perform()).toMatchObject({
    outcome: 'failed',
    retryable: false,
    error: expect.stringContaining('no such'),
  });
  expect(await perform()).toMatchObject({
    outcome: 'failed',
    retryable: true,
    error: expect.stringContaining('later'),
  });
  expect(await perform()).toMatchObject({ outcome: 'succeeded' });
});

test('a mail server that is away is tried again, and one that says nothing is left when the attempt is aborted', async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const waiting = effectContext({ smtpUrl: `smtp://127.0.0.1:${port}` });
  const attempt = performEffect(waiting, effectCall('email', request(), { signal: AbortSignal.timeout(200) }));
  expect(await attempt).toMatchObject({ outcome: 'failed', retryable: true });
  await waiting.stop();
  await new Promise((resolve) => silent.close(resolve));
  const away = effectContext({ smtpUrl: `smtp://127.0.0.1:${port}` });
  expect(await performEffect(away, effectCall('email', request()))).toMatchObject({
    outcome: 'failed',
    retryable: true,
  });
  await away.stop();
});

test.each([
  ['the login', (line: string) => /^AUTH/i.test(line)],
  ['a receiver, after it accepted the login', (line: string) => /^RCPT/i.test(line)],
])(
  'a mail server that repeats the login when it refuses %s puts nothing of it on the timeline',
  async (_what, refuses) => {
    const password = 'op-p/ssw\u00f6rd+1';
    const repeating = await startRepeatingServer(refuses);
    const smtpUrl = `smtp://operator:${encodeURIComponent(password)}@127.0.0.1:${repeating.port}`;
    const login = effectContext({ smtpUrl });
    const result = await performEffect(login, effectCall('email', request()));
    await login.stop();
    await repeating.stop();
    expect(repeating.heard().join('\n')).toMatch(/AUTH/);
    const text = JSON.stringify(result);
    expect(result).toMatchObject({
      outcome: 'failed',
      error: expect.stringContaining('the mail server did not take it'),
    });
    for (const secret of [password, Buffer.from(password).toString('base64').slice(0, 12), ...repeating.tokens()]) {
      expect(text).not.toContain(secret);
    }
  },
);

test.each(['sendgrid', 'google_workspace', 'microsoft365'])('%s is skipped: it needs a connection', async (name) => {
  const skipped = { outcome: 'skipped', reason: `no usable connection for ${name}` };
  expect(await perform({ integration_id: name })).toEqual(skipped);
  const described = { outcome: 'succeeded', message: 'Would send email to ada@example.org: "Welcome, Ada"' };
  expect(await perform({ integration_id: name }, { mode: 'test' })).toEqual(name === 'sendgrid' ? skipped : described);
});

test('a test enrollment sends nothing and says what a live one would', async () => {
  const count = server.mails.length;
  const message = 'Would send email to ada@example.org: "Welcome, Ada"';
  expect(await perform({}, { mode: 'test' })).toEqual({ outcome: 'succeeded', message });
  expect(server.mails.length).toBe(count);
});

test('without a mail server each mail is a file, and a repeat writes the same one', async () => {
  const mailDir = join(await mkdtemp(join(tmpdir(), 'drippulse-mail-')), 'mail');
  const local = effectContext({ mailDir });
  const send = (call = {}) => performEffect(local, effectCall('email', request(), call));
  await send();
  await send({ attempt: 2 });
  await send({ key: effectKey.replace(/1$/, '2') });
  const files = (await readdir(mailDir)).toSorted();
  expect(files).toEqual([
    `${effectKey.replaceAll(':', '_')}.eml`,
    `${effectKey.slice(0, -1).replaceAll(':', '_')}2.eml`,
  ]);
  const file = join(mailDir, files[0] ?? '');
  const mail = await simpleParser(await readFile(file));
  expect(mail).toMatchObject({ subject: 'Welcome, Ada', messageId: messageIdOf(effectKey, 'drip@example.com') });
  expect((await stat(file)).mode & 0o077).toBe(0);
  await local.stop();
  await rm(join(mailDir, '..'), { recursive: true });
});

test('with neither server nor folder mail is skipped', async () => {
  const none = effectContext();
  const result = await performEffect(none, effectCall('email', request()));
  expect(result).toEqual({ outcome: 'skipped', reason: 'no mail server is configured' });
  await none.stop();
});

/** Starts a mail server that refuses some commands, with a reply that repeats all input of the client. */
async function startRepeatingServer(refuses: (line: string) => boolean) {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.write('220 repeats ESMTP\r\n');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        heard.push(line);
        if (refuses(line)) socket.write(`${/^AUTH/i.test(line) ? 535 : 550} 5.7.8 you said ${heard.join(' | ')}\r\n`);
        else if (/^EHLO/i.test(line)) socket.write('250-repeats\r\n250 AUTH PLAIN LOGIN\r\n');
        else if (/^AUTH/i.test(line)) socket.write('235 2.7.0 accepted\r\n');
        else socket.write('250 ok\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' ? address?.port : undefined,
    heard: () => heard,
    /** Returns the words after the mechanism of AUTH. */
    tokens: () => heard.flatMap((line) => /^AUTH \S+ (\S+)/i.exec(line)?.slice(1) ?? []),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
