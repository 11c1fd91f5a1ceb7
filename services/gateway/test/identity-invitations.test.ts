import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Call, type Gateway, logIn, password, startGateway, untilRefused } from './start-gateway.ts';
import { type MailServer, startMailServer, tokenOf } from './start-mail-server.ts';

const dayMs = 24 * 3_600_000;

let mail: MailServer;
let gateway: Gateway;
let admin: Call;
let organizationId: number;
let anybody: Call;
let run = 0;
beforeAll(async () => {
  mail = await startMailServer();
  gateway = await startGateway({ identity: { smtpUrl: mail.url, publicUrl: 'https://app.example.com' } });
  anybody = gateway.as(null);
});
beforeEach(async () => {
  run += 1;
  organizationId = Number((await gateway.makeOrganization(`boss${run}`)).organizationId);
  admin = (await logIn(gateway, `boss${run}`)).call;
});
afterAll(async () => {
  await gateway.stop();
  await mail.stop();
});

const path = '/api/v1/team_members/invitations';
const addressOf = (name: string) => `${name}${run}@example.com`;

async function invite(name: string, by = admin): Promise<{ id: number; token: string; email: string }> {
  const email = addressOf(name);
  const sent = mail.mails.filter(({ to }) => to === email).length;
  const { status, body, text } = await by('POST', path, { email, role: 'editor' });
  if (status !== 201) throw new Error(text);
  return { id: body.id, email, token: tokenOf(await mail.mailTo(email, sent + 1)) };
}

const accept = (token: string, more: object = {}) =>
  anybody('POST', '/api/v1/invitations/accept', { token, username: `new${run}`, password, ...more });

/** Invites a person, who accepts. Returns the session of the new member. */
async function join(name: string): Promise<{ id: number; email: string; call: Call }> {
  const { id, token, email } = await invite(name);
  expect((await accept(token, { username: `${name}${run}` })).status).toBe(200);
  return { id, email, call: (await logIn(gateway, `${name}${run}`)).call };
}

test('a member without a password is one row, is mailed a link in text and HTML, and becomes active by it', async () => {
  const email = addressOf('ada');
  const made = await admin('POST', '/api/v1/team_members', { email, role: 'editor', name: 'Ada' });
  expect(made).toMatchObject({ status: 201, body: { status: 'invited', username: email } });
  const { text, html, subject } = await mail.mailTo(email);
  expect(subject).toBe(`Invitation to boss${run}`);
  for (const part of [text, html])
    expect(part).toMatch(/https:\/\/app\.example\.com\/dashboard\/invitation#token=[\w-]{43}/);
  expect(`${text}${html}`).not.toMatch(/\?token/);
  expect((await admin('GET', path)).body).toMatchObject({
    total_count: 1,
    invitations: [{ id: made.body.id, email, name: 'Ada', role: 'editor', sent_at: expect.any(String) }],
  });

  const accepted = await accept(tokenOf({ text: text ?? '' } as never), { name: 'Ada L.' });
  expect(accepted).toMatchObject({
    status: 200,
    body: {
      organization_id: organizationId,
      organization_name: `boss${run}`,
      team_member: { id: made.body.id, username: `new${run}`, email, name: 'Ada L.', status: 'active', role: 'editor' },
    },
  });
  expect(accepted.body).not.toHaveProperty('token');
  expect((await admin('GET', path)).body.total_count).toBe(0);
  const { call } = await logIn(gateway, `new${run}`);
  expect((await call('POST', '/api/v1/projects', { name: 'P' })).status).toBe(201);
  const members = (await admin('GET', '/api/v1/team_members')).body.team_members;
  expect(members).toHaveLength(2);
});

test('a link works once: the second time, and of two at the same moment the other, it is refused', async () => {
  const { token } = await invite('once');
  const answers = await Promise.all([accept(token), accept(token, { username: `other${run}` })]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
  expect(await accept(token, { username: `third${run}` })).toMatchObject({ body: { error: 'link_not_valid' } });
  expect((await admin('GET', '/api/v1/team_members')).body.total_count).toBe(2);
});

test('a link works until seven days have passed, and not after', async () => {
  const early = await invite('early');
  const late = await invite('late');
  const { rows } = await sql<{ until: Date; now: Date }>`
    select min(expires_at) as until, now() as now from mailed_links
    where email in (${early.email}, ${late.email})`.execute(gateway.identity.kysely);
  const left = (rows[0]?.until.getTime() ?? 0) - Date.now();
  expect(Math.round(left / 60_000)).toBe((7 * dayMs) / 60_000);
  gateway.shiftClock(7 * dayMs - 60_000);
  try {
    expect((await accept(early.token)).status).toBe(200);
    gateway.shiftClock(60_001);
    expect(await accept(late.token, { username: `late${run}` })).toMatchObject({
      status: 422,
      body: { error: 'link_not_valid' },
    });
  } finally {
    gateway.shiftClock(-(7 * dayMs + 1));
  }
});

test('a scanner that opens the link, and that asks the route by GET or HEAD, uses nothing up', async () => {
  const { token } = await invite('scanned');
  for (const method of ['GET', 'HEAD']) {
    const scanned = await fetch(`${gateway.url}/api/v1/invitations/accept?token=${token}`, { method });
    expect(scanned.status).toBe(405);
    await fetch(`${gateway.url}/dashboard/invitation?token=${token}`, { method });
  }
  expect((await accept(token)).status).toBe(200);
});

test('an invitation that is sent again has a new link, and the one before no longer works', async () => {
  const first = await invite('again');
  const second = await invite('again');
  expect(second.id).toBe(first.id);
  expect(second.token).not.toBe(first.token);
  expect(await accept(first.token)).toMatchObject({ status: 422, body: { error: 'link_not_valid' } });
  expect((await accept(second.token)).status).toBe(200);
  const member = await admin('POST', path, { email: second.email, role: 'viewer' });
  expect(member).toMatchObject({ status: 422, body: { errors: { email: ['belongs to another member'] } } });
});

test('a withdrawn invitation is gone with its member and its link, and a second time answers 404', async () => {
  const { id, token } = await invite('withdrawn');
  expect((await admin('DELETE', `${path}/${id}`)).status).toBe(204);
  expect(await accept(token)).toMatchObject({ status: 422, body: { error: 'link_not_valid' } });
  expect(await admin('DELETE', `${path}/${id}`)).toMatchObject({
    status: 404,
    body: { error: 'invitation_not_found' },
  });
  expect(await admin('GET', `/api/v1/team_members/${id}`)).toMatchObject({ status: 404 });
});

test('an accepted invitation cannot be withdrawn: the member stays', async () => {
  const { id } = await join('stays');
  expect((await admin('DELETE', `${path}/${id}`)).status).toBe(404);
  expect((await admin('GET', `/api/v1/team_members/${id}`)).body.status).toBe('active');
});

test.each([
  ['given another address', { email: 'moved@example.com' }],
  ['given a password', { password: 'another long password' }],
  ['disabled', { status: 'disabled' }],
])('the link of an invited member who is %s no longer works', async (_name, change) => {
  const { id, token } = await invite('changed');
  expect((await admin('PATCH', `/api/v1/team_members/${id}`, change)).status).toBe(200);
  expect(await accept(token)).toMatchObject({ status: 422, body: { error: 'link_not_valid' } });
});

test('who has a user name joins by its password, belongs to both organizations, and goes from one to the other', async () => {
  const { email, call: member } = await join('both');
  const first = organizationId;
  const rival = await gateway.makeOrganization(`rival${run}`);
  const boss = (await logIn(gateway, `rival${run}`)).call;
  const { token, id } = await invite('both', boss);
  expect(await accept(token, { username: `both${run}`, password: 'a wrong password' })).toMatchObject({
    status: 422,
    body: { errors: { username: [expect.stringMatching(/taken/)] } },
  });
  expect(await accept(token, { username: `BOTH${run}` })).toMatchObject({
    status: 200,
    body: { team_member: { id, email } },
  });

  const { body } = await member('GET', '/api/v1/auth/organizations');
  expect(body).toMatchObject({
    total_count: 2,
    organizations: [
      { id: Number(rival.organizationId), role: 'editor', team_member_id: id, current: false },
      { id: first, role: 'editor', current: true },
    ],
  });
  expect((await member('GET', `/api/v1/auth/organizations?ids=${first}`)).body.total_count).toBe(1);
  const there = await member('POST', '/api/v1/auth/switch', { organization_id: Number(rival.organizationId) });
  expect(there).toMatchObject({ status: 200, body: { admin: { id, organization_id: Number(rival.organizationId) } } });
  expect((await member('GET', '/api/v1/account')).status).toBe(401);
  const other = gateway.as(there.body.token);
  expect((await other('GET', '/api/v1/account')).body.name).toBe(`rival${run}`);

  // Neither organization can change the identity of the person.
  const mine = `/api/v1/team_members/${id}`;
  for (const change of [{ username: 'mine' }, { email: 'mine@example.com' }, { password: 'another long password' }]) {
    expect(await boss('PATCH', mine, change)).toMatchObject({ status: 422, body: { error: 'identity_shared' } });
  }
  const { body: shown } = await boss('GET', mine);
  expect((await boss('PATCH', mine, { ...shown, name: 'Bo', role: 'viewer' })).body).toMatchObject({
    name: 'Bo',
    role: 'viewer',
  });
  // A removed member keeps the identity, and belongs only to the second organization.
  expect((await boss('DELETE', mine)).status).toBe(204);
  const { call: again } = await logIn(gateway, `both${run}`);
  expect((await again('GET', '/api/v1/auth/organizations')).body).toMatchObject({ organizations: [{ id: first }] });
  const [own] = (await admin('GET', '/api/v1/team_members')).body.team_members;
  expect((await admin('PATCH', `/api/v1/team_members/${own.id}`, { username: `renamed${run}` })).status).toBe(200);
});

test('an invitation is not accepted by a user name of another address, also with its password', async () => {
  const { token } = await invite('wanted');
  expect(await accept(token, { username: `boss${run}` })).toMatchObject({
    status: 422,
    body: { error: 'invitation_for_another_address' },
  });
  expect((await accept(token)).status).toBe(200);
});

test('one goes only to organizations that one is an active member of', async () => {
  const { call } = await join('stays');
  const rival = await gateway.makeOrganization(`rival${run}`);
  const to = (id: unknown) => call('POST', '/api/v1/auth/switch', { organization_id: id }, { 'x-request-id': 'same' });
  const foreign = await to(Number(rival.organizationId));
  expect(foreign).toMatchObject({ status: 404, body: { error: 'organization_not_found' } });
  expect(foreign.text).toBe((await to(987_654_321)).text);
  expect(await to(undefined)).toMatchObject({ status: 400, body: { error: 'parameter_missing' } });
  expect((await call('GET', '/api/v1/account')).status).toBe(200);
});

test('to change the organization is no sign-in: the new session ends with the former, and asks for one as early', async () => {
  const hourMs = 3_600_000;
  const { body: key } = await admin('POST', '/api/v1/api_keys', {});
  /** Advances the time. The gateway uses the same time for its cache of credentials. */
  async function pass(ms: number): Promise<void> {
    gateway.shiftClock(ms);
    const made = await gateway.as(key.key)('POST', '/api/v1/api_keys', {});
    await gateway.as(key.key)('DELETE', `/api/v1/api_keys/${made.body.id}/revoke`);
  }
  try {
    await pass(1.9 * hourMs);
    const { body } = await admin('POST', '/api/v1/auth/switch', { organization_id: organizationId });
    const call = gateway.as(body.token);
    expect((await call('POST', '/api/v1/api_keys', {})).status).toBe(201);
    await pass(0.2 * hourMs);
    expect(await call('POST', path, { email: addressOf('x'), role: 'viewer' })).toMatchObject({
      status: 403,
      body: { error: 'reauthentication_required' },
    });
    expect(await call('DELETE', `${path}/1`)).toMatchObject({ body: { error: 'reauthentication_required' } });
    expect(Date.parse(body.expires_at)).toBeLessThan(Date.now() + 12 * hourMs);
  } finally {
    gateway.shiftClock(-2.1 * hourMs);
  }
});

test('invitations are for administrators, and those of another organization answer like unknown ones', async () => {
  const { id } = await invite('hidden');
  const { call } = await join('editor');
  await gateway.makeOrganization(`rival${run}`);
  const { call: rival } = await logIn(gateway, `rival${run}`);
  for (const [method, at, body] of [
    ['GET', path, undefined],
    ['POST', path, { email: 'x@example.com', role: 'viewer' }],
    ['DELETE', `${path}/${id}`, undefined],
  ] as const) {
    expect(await call(method, at, body)).toMatchObject({ status: 403, body: { error: 'insufficient_role' } });
    expect((await anybody(method, at, body)).status).toBe(401);
  }
  const headers = { 'x-request-id': 'same' };
  const foreign = await rival('DELETE', `${path}/${id}`, undefined, headers);
  const unknown = await rival('DELETE', `${path}/987654321`, undefined, headers);
  expect(foreign.status).toBe(404);
  expect(foreign.text.replaceAll(String(id), ':id')).toBe(unknown.text.replaceAll('987654321', ':id'));
  expect((await rival('GET', path)).body.total_count).toBe(0);
});

test.each([
  ['email', { email: 'nonsense', role: 'viewer' }],
  ['role', { email: 'x@example.com', role: 'owner' }],
  ['name', { email: 'x@example.com', role: 'viewer', name: 'x'.repeat(256) }],
])('an invitation with a wrong %s is 422 and names the field', async (field, wrong) => {
  expect(await admin('POST', path, wrong)).toMatchObject({
    status: 422,
    body: { errors: { [field]: [expect.any(String)] } },
  });
});

test('who accepts with a short password or a bad user name is refused, and may try again', async () => {
  const { token } = await invite('careful');
  expect((await accept(token, { password: 'short' })).body.errors).toHaveProperty('password');
  expect((await accept(token, { username: ' ' })).body.errors).toHaveProperty('username');
  expect(await anybody('POST', '/api/v1/invitations/accept', { password })).toMatchObject({ status: 400 });
  expect(await accept('nonsense')).toMatchObject({ status: 422, body: { error: 'link_not_valid' } });
  expect((await accept(token)).status).toBe(200);
});

test('an administrator who invites one address many times is slowed down before a mail is sent', async () => {
  for (let sent = 1; sent <= 5; sent++) await invite('flooded');
  const more = await admin('POST', path, { email: addressOf('FLOODED'), role: 'viewer' });
  expect(more).toMatchObject({ status: 429, body: { error: 'rate_limited' } });
  await mail.mailTo(addressOf('flooded'), 5);
});

test('no token stands in the database, and each step is in the audit trail', async () => {
  const { id, token } = await invite('traced');
  const { rows } = await sql<{ row: string }>`
    select mailed_links::text as row from mailed_links union all select mails::text from mails
    union all select jobs::text from jobs`.execute(gateway.identity.kysely);
  expect(rows.length).toBeGreaterThan(1);
  expect(rows.filter(({ row }) => row.includes(token))).toEqual([]);
  expect((await accept(token)).status).toBe(200);
  const withdrawn = await invite('untraced');
  await admin('DELETE', `${path}/${withdrawn.id}`);
  await eventually(async () => {
    const { body } = await admin('GET', '/api/v1/audit_events');
    const names = body.audit_events.map(
      (row: { name: string; resource_id: string }) => `${row.name} ${row.resource_id}`,
    );
    expect(names).toEqual(
      expect.arrayContaining([
        `invitation.created ${id}`,
        `invitation.accepted ${id}`,
        `invitation.deleted ${withdrawn.id}`,
      ]),
    );
    expect(JSON.stringify(body)).not.toContain(token);
  });
});

test('a session that ended, a lowered role and a removed member are refused within 5 s at each of two gateways', async () => {
  const other = await gateway.startAnother();
  try {
    const names = ['ended', 'lowered', 'removed'];
    const members = new Map<string, { id: number; calls: Call[] }>();
    for (const name of names) {
      const { id } = await join(name);
      const { token } = await logIn(gateway, `${name}${run}`);
      const calls = [gateway.as(token), gateway.as(token, other.url)];
      for (const call of calls) expect((await call('GET', '/api/v1/account')).status).toBe(200);
      members.set(name, { id, calls });
    }
    const [ended] = members.get('ended')?.calls ?? [];
    await ended?.('POST', '/api/v1/auth/logout', {});
    await admin('PATCH', `/api/v1/team_members/${members.get('lowered')?.id}`, { role: 'viewer' });
    await admin('DELETE', `/api/v1/team_members/${members.get('removed')?.id}`);
    for (const { calls } of members.values()) for (const call of calls) await untilRefused(call);
  } finally {
    await other.stop();
  }
});

test('an installation that sends no mails adds invited members as before, and refuses invitations with the reason', async () => {
  const silent = await startGateway();
  try {
    await silent.makeOrganization('silent');
    const { call } = await logIn(silent, 'silent');
    const made = await call('POST', '/api/v1/team_members', { email: 'x@example.com', role: 'viewer' });
    expect(made).toMatchObject({ status: 201, body: { status: 'invited' } });
    expect((await call('GET', path)).body.invitations).toMatchObject([{ id: made.body.id, sent_at: null }]);
    expect(await call('POST', path, { email: 'y@example.com', role: 'viewer' })).toMatchObject({
      status: 503,
      body: { error: 'mail_not_configured' },
    });
  } finally {
    await silent.stop();
  }
});

test("a session by an organization's own provider counts for this organization alone", async () => {
  const { email, call: member } = await join('lent');
  const rival = await gateway.makeOrganization(`rival${run}`);
  const { call: boss } = await logIn(gateway, `rival${run}`);
  const { token } = await invite('lent', boss);
  expect((await accept(token, { username: `lent${run}` })).status).toBe(200);
  await sql`
    update sessions set method = 'sso' from memberships
    where memberships.id = sessions.user_id and memberships.email = ${email}`.execute(gateway.identity.kysely);
  const body = { organization_id: Number(rival.organizationId) };
  expect(await member('POST', '/api/v1/auth/switch', body)).toMatchObject({
    status: 403,
    body: { error: 'reauthentication_required' },
  });
  expect((await member('GET', '/api/v1/auth/organizations')).body).toMatchObject({
    total_count: 1,
    organizations: [{ id: organizationId }],
  });
  expect(await member('POST', '/api/v1/auth/email', { email: 'mine@example.com' })).toMatchObject({
    status: 422,
    body: { error: 'identity_shared' },
  });
  expect((await member('GET', '/api/v1/account')).status).toBe(200);

  const { call: again } = await logIn(gateway, `lent${run}`);
  const elsewhere = gateway.as((await again('POST', '/api/v1/auth/switch', body)).body.token);
  expect((await member('POST', '/api/v1/auth/logout_all', {})).status).toBe(204);
  expect((await member('GET', '/api/v1/account')).status).toBe(401);
  expect((await elsewhere('GET', '/api/v1/account')).status).toBe(200);
});
