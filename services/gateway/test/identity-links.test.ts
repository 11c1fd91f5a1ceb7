import { testLogger } from '@drippulse/service/harness';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { startExpiryLoop } from '../src/identity/loops/expiry.ts';
import { type Call, type Gateway, logIn, password, startGateway } from './start-gateway.ts';
import { type MailServer, startMailServer, tokenOf } from './start-mail-server.ts';

const hourMs = 3_600_000;
const another = 'quite another password';

let mail: MailServer;
let gateway: Gateway;
let anybody: Call;
let name: string;
let email: string;
let call: Call;
let run = 0;
beforeAll(async () => {
  mail = await startMailServer();
  gateway = await startGateway({ identity: { smtpUrl: mail.url, publicUrl: 'https://app.example.com' } });
  anybody = gateway.as(null);
});
beforeEach(async () => {
  run += 1;
  name = `ada${run}`;
  email = `${name}@example.com`;
  await gateway.makeOrganization(name);
  call = (await logIn(gateway, name)).call;
});
afterAll(async () => {
  await gateway.stop();
  await mail.stop();
});

const forget = (address: string) => anybody('POST', '/api/v1/auth/password/forgot', { email: address });
const reset = (token: string, chosen = another) =>
  anybody('POST', '/api/v1/auth/password/reset', { token, password: chosen });
const change = (address: string, by = call) => by('POST', '/api/v1/auth/email', { email: address });
const confirm = (token: string) => anybody('POST', '/api/v1/auth/email/confirm', { token });
const notValid = { status: 422, body: { error: 'link_not_valid' } };

async function resetToken(address = email, count = 1): Promise<string> {
  expect(await forget(address)).toMatchObject({ status: 202, body: { status: 'accepted' } });
  return tokenOf(await mail.mailTo(address, count));
}

async function changeToken(address: string): Promise<string> {
  expect(await change(address)).toMatchObject({ status: 202, body: { status: 'accepted' } });
  return tokenOf(await mail.mailTo(address));
}

async function canLogIn(chosen: string): Promise<boolean> {
  return (await anybody('POST', '/api/v1/auth/login', { username: name, password: chosen })).status === 200;
}

test('who has forgotten their password chooses another by the link, which ends every session and is reported', async () => {
  const token = await resetToken();
  const { text, html, subject } = await mail.mailTo(email);
  expect(subject).toBe('Choose a new password');
  for (const part of [text, html])
    expect(part).toMatch(/https:\/\/app\.example\.com\/dashboard\/password#token=[\w-]{43}/);
  expect(await reset(token)).toMatchObject({ status: 204, text: '' });
  expect((await call('GET', '/api/v1/account')).status).toBe(401);
  expect([await canLogIn(password), await canLogIn(another)]).toEqual([false, true]);
  expect((await mail.mailTo(email, 2)).subject).toBe('Your password was changed');
  const { body: session } = await anybody('POST', '/api/v1/auth/login', { username: name, password: another });
  const again = gateway.as(session.token);
  await eventually(async () => {
    const { body } = await again('GET', '/api/v1/audit_events');
    expect(body.audit_events).toMatchObject([{ name: 'password.reset', actor: { name }, before: null, after: null }]);
    expect(JSON.stringify(body)).not.toContain(token);
  });
});

test('a link for a new password works once, also at the same moment, and a refused password does not use it up', async () => {
  const token = await resetToken();
  expect((await reset(token, 'short')).body.errors).toHaveProperty('password');
  const answers = await Promise.all([reset(token), reset(token, 'a third password')]);
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 422]);
  expect(await reset(token)).toMatchObject(notValid);
});

test.each([
  ['password', () => resetToken(), reset, 204],
  ['address', () => changeToken(`new.${email}`), confirm, 204],
] as const)('a link for another %s works until an hour has passed, and not after', async (_name, ask, use, status) => {
  const token = await ask();
  try {
    gateway.shiftClock(hourMs + 1);
    expect(await use(token)).toMatchObject(notValid);
    gateway.shiftClock(-60_000);
    expect((await use(token)).status).toBe(status);
  } finally {
    gateway.shiftClock(60_000 - hourMs - 1);
  }
});

test('links are used up by POST alone: a scanner that opens them, or asks the routes, changes nothing', async () => {
  const tokens = { 'password/reset': await resetToken(), 'email/confirm': await changeToken(`new.${email}`) };
  for (const [path, token] of Object.entries(tokens)) {
    for (const method of ['GET', 'HEAD']) {
      const url = `${gateway.url}/api/v1/auth/${path}?token=${token}&password=${another}`;
      expect((await fetch(url, { method })).status).toBe(405);
    }
  }
  expect((await confirm(tokens['email/confirm'])).status).toBe(204);
});

test('asked for again, the link before no longer works', async () => {
  const address = `again.${email}`;
  const former = await changeToken(address);
  expect((await change(address)).status).toBe(202);
  const latter = tokenOf(await mail.mailTo(address, 2));
  expect(await confirm(former)).toMatchObject(notValid);
  expect((await confirm(latter)).status).toBe(204);
  const first = await resetToken(address, 3);
  const second = await resetToken(address, 4);
  expect(await reset(first)).toMatchObject(notValid);
  expect((await reset(second)).status).toBe(204);
});

test('an address that nobody has, and one of a disabled member, is answered alike and gets no mail', async () => {
  const headers = { 'x-request-id': 'same' };
  const ask = (address: string) => anybody('POST', '/api/v1/auth/password/forgot', { email: address }, headers);
  const disabled = { email: `off.${email}`, username: `off${run}`, role: 'viewer', password };
  const { body } = await call('POST', '/api/v1/team_members', disabled);
  await call('PATCH', `/api/v1/team_members/${body.id}`, { status: 'disabled' });
  const answers = [await ask(email), await ask(`nobody.${email}`), await ask(disabled.email)];
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  await mail.mailTo(email);
  await eventually(async () => {
    const { rows } = await sql`select from jobs where kind = 'password-reset'`.execute(gateway.identity.kysely);
    expect(rows).toEqual([]);
  });
  expect(mail.mails.filter(({ to }) => to !== email && to.endsWith(email))).toEqual([]);
});

test('a link is for the address that it was mailed to: after a change of the address it no longer works', async () => {
  const token = await resetToken();
  expect((await confirm(await changeToken(`moved.${email}`))).status).toBe(204);
  expect(await reset(token)).toMatchObject(notValid);
  expect(await canLogIn(password)).toBe(true);
});

test('a link of one kind does nothing else', async () => {
  const [forPassword, forAddress] = [await resetToken(), await changeToken(`new.${email}`)];
  expect(await reset(forAddress)).toMatchObject(notValid);
  expect(await confirm(forPassword)).toMatchObject(notValid);
  expect(await anybody('POST', '/api/v1/invitations/accept', { token: forPassword, password })).toMatchObject(notValid);
  expect((await reset(forPassword)).status).toBe(204);
});

test('who changes their address confirms it at the new one, in every organization, and the former one is told', async () => {
  const address = `new.${email}`;
  await gateway.makeOrganization(`other${run}`);
  const { call: other } = await logIn(gateway, `other${run}`);
  await other('POST', '/api/v1/team_members/invitations', { email, role: 'viewer' });
  const invitation = tokenOf(await mail.mailTo(email));
  await anybody('POST', '/api/v1/invitations/accept', { token: invitation, username: name, password });

  const token = await changeToken(address);
  expect((await call('GET', '/api/v1/admin/verify')).body.admin.email).toBe(email);
  expect(await confirm(token)).toMatchObject({ status: 204, text: '' });
  expect((await call('GET', '/api/v1/admin/verify')).body.admin.email).toBe(address);
  const { subject, text } = await mail.mailTo(email, 2);
  expect(subject).toBe('Your address was changed');
  expect(text).toContain(address);
  const members = await other('GET', '/api/v1/team_members');
  expect(members.body.team_members[0]).toMatchObject({ username: name, email: address });
  for (const by of [call, other]) {
    await eventually(async () => {
      const { body } = await by('GET', '/api/v1/audit_events');
      expect(body.audit_events[0]).toMatchObject({
        name: 'team_member.updated',
        before: { email },
        after: { email: address },
      });
    });
  }
});

test('an address that another member has is refused to who opens the link, and to nobody else', async () => {
  const taken = { email: `taken.${email}`, username: `taken${run}`, role: 'viewer', password };
  await call('POST', '/api/v1/team_members', taken);
  const token = await changeToken(taken.email);
  expect(await confirm(token)).toMatchObject({
    status: 422,
    body: { errors: { email: ['belongs to another member'] } },
  });
  expect((await call('GET', '/api/v1/admin/verify')).body.admin.email).toBe(email);
});

test('a change of the address needs a user who signed in lately, and wrong bodies name their fields', async () => {
  const { body } = await call('POST', '/api/v1/api_keys', {});
  expect(await change('x@example.com', gateway.as(body.key))).toMatchObject({
    status: 403,
    body: { error: 'user_required' },
  });
  expect((await change('x@example.com', anybody)).status).toBe(401);
  expect((await change('nonsense')).body.errors).toHaveProperty('email');
  expect((await forget('nonsense')).body.errors).toHaveProperty('email');
  for (const path of ['password/forgot', 'password/reset', 'email/confirm']) {
    const answer = await anybody('POST', `/api/v1/auth/${path}`, {});
    expect(answer).toMatchObject({ status: 400, body: { error: 'parameter_missing' } });
  }
  for (const answer of [await reset('nonsense'), await confirm('nonsense')]) expect(answer).toMatchObject(notValid);
  try {
    // There is one request every hour and a half: the session stays in use, but its sign-in becomes too old.
    gateway.shiftClock(1.5 * hourMs);
    await gateway.as(body.key)('DELETE', `/api/v1/api_keys/${body.id}/revoke`);
    expect((await call('GET', '/api/v1/account')).status).toBe(200);
    gateway.shiftClock(0.6 * hourMs);
    expect(await change('x@example.com')).toMatchObject({ status: 403, body: { error: 'reauthentication_required' } });
  } finally {
    gateway.shiftClock(-2.1 * hourMs);
  }
});

test('one address is mailed a few links an hour, whoever asks, and one that nobody has is limited alike', async () => {
  for (const address of [email, `nobody.${email}`]) {
    const statuses = [];
    for (let asked = 0; asked < 6; asked++) statuses.push((await forget(address)).status);
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429]);
  }
});

test('an installation that sends no mails says so, for every address', async () => {
  const silent = await startGateway();
  try {
    const { organizationId } = await silent.makeOrganization('silent');
    expect(organizationId).toBeDefined();
    for (const address of ['silent@example.com', 'nobody@example.com']) {
      const answer = await silent.as(null)('POST', '/api/v1/auth/password/forgot', { email: address });
      expect(answer).toMatchObject({ status: 503, body: { error: 'mail_not_configured' } });
    }
    const { call: own } = await logIn(silent, 'silent');
    expect(await change('x@example.com', own)).toMatchObject({ status: 503, body: { error: 'mail_not_configured' } });
  } finally {
    await silent.stop();
  }
});

test('links that ended and the addresses of jobs that were given up are forgotten, and identities without an organization after a month', async () => {
  const { kysely } = gateway.identity;
  await sql`
    insert into jobs (organization_id, kind, input, total, status, finished_at)
    values (0, 'password-reset', '{"email":"typed@example.com"}', 1, 'failed', now() - interval '2 days')`.execute(
    kysely,
  );
  const day = 24 * hourMs;
  const made = { email: `gone.${email}`, username: `gone${run}`, role: 'viewer', password };
  const { body } = await call('POST', '/api/v1/team_members', made);
  await call('DELETE', `/api/v1/team_members/${body.id}`);
  await resetToken();
  const counts = async () => {
    const { rows } = await sql<{ links: bigint; jobs: bigint; people: bigint }>`
      select (select count(*) from mailed_links where email = ${email}) as links,
        (select count(*) from jobs where status = 'failed') as jobs,
        (select count(*) from identities where username = ${made.username}) as people`.execute(kysely);
    return rows[0];
  };
  expect(await counts()).toEqual({ links: 1n, jobs: 1n, people: 1n });
  const clock = { now: () => new Date(Date.now() + 31 * day) };
  const expiry = startExpiryLoop({ db: gateway.identity, clock, log: testLogger() });
  await eventually(async () => expect(await counts()).toEqual({ links: 0n, jobs: 0n, people: 0n }));
  await expiry.stop();
});
