import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Secret, TOTP } from 'otpauth';
import { resetMfa } from '../src/identity/organizations/index.ts';
import { type Answer, type Call, type Gateway, logIn, password, startGateway, untilRefused } from './start-gateway.ts';

const stepMs = 30_000;
const hourMs = 3_600_000;
let gateway: Gateway;
let offsetMs = 0;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

// Moves the clock to the start of a time step, so that no step ends between creating a code and checking it.
beforeEach(() => shift(stepMs - ((Date.now() + offsetMs) % stepMs)));

function shift(ms: number): void {
  gateway.shiftClock(ms);
  offsetMs += ms;
}

/** Returns the code of a secret, `steps` steps from now. */
function codeOf(secret: string, steps = 0): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({
    timestamp: Date.now() + offsetMs + steps * stepMs,
  });
}

function outcomeOf({ status, body }: Answer): string | number {
  return body?.error ?? status;
}

function logInWith(username: string, code?: string): Promise<Answer> {
  return gateway.as(null)('POST', '/api/v1/auth/login', { username, password, ...(code !== undefined && { code }) });
}

/** Creates a user with a second factor, whose last used code is from the current TOTP time step. */
async function enabledUser(username: string) {
  await gateway.makeOrganization(username);
  const { call } = await logIn(gateway, username);
  return { username, call, ...(await enable(call)) };
}

async function enable(call: Call): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { secret } = (await call('POST', '/api/v1/auth/mfa/enroll', {})).body;
  const confirmed = await call('POST', '/api/v1/auth/mfa/confirm', { code: codeOf(secret) });
  if (confirmed.status !== 200) throw new Error(confirmed.text);
  return { secret, recoveryCodes: confirmed.body.recovery_codes };
}

/** Waits until a row is the newest of the audit trail, and checks that no row contains a secret. */
async function untilRecorded(call: Call, row: object, secrets: readonly string[]): Promise<void> {
  await eventually(async () => {
    const { audit_events } = (await call('GET', '/api/v1/audit_events')).body;
    expect(audit_events[0]).toMatchObject(row);
    for (const secret of secrets) expect(JSON.stringify(audit_events)).not.toContain(secret);
  });
}

test('a secret is enrolled in three forms, and is in force from its first code on', async () => {
  await gateway.makeOrganization('ada');
  const { call } = await logIn(gateway, 'ada');
  const none = { enabled: false, enabled_at: null, recovery_codes_left: 0, required: false };
  expect((await call('GET', '/api/v1/auth/mfa')).body).toEqual(none);
  const first = await call('POST', '/api/v1/auth/mfa/enroll', {});
  expect(first).toMatchObject({ status: 200, body: { secret: expect.stringMatching(/^[A-Z2-7]{32}$/) } });
  const uri = new URL(first.body.otpauth_uri);
  expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual(['otpauth:', 'totp', '/DripPulse:ada']);
  expect(uri.searchParams.get('secret')).toBe(first.body.secret);
  expect(first.body.qr_svg).toMatch(/^<svg .*<\/svg>$/);

  const second = await call('POST', '/api/v1/auth/mfa/enroll', {});
  expect(second.body.secret).not.toBe(first.body.secret);
  expect((await call('GET', '/api/v1/auth/mfa')).body).toEqual(none);
  expect(await logInWith('ada')).toMatchObject({ status: 200 });
  const confirm = (code: string) => call('POST', '/api/v1/auth/mfa/confirm', { code });
  expect(outcomeOf(await confirm(codeOf(first.body.secret)))).toBe('invalid_mfa_code');
  const confirmed = await confirm(codeOf(second.body.secret));
  expect(confirmed.body.recovery_codes).toHaveLength(10);
  expect((await call('GET', '/api/v1/auth/mfa')).body).toEqual({
    enabled: true,
    enabled_at: expect.any(String),
    recovery_codes_left: 10,
    required: false,
  });
  expect(outcomeOf(await call('POST', '/api/v1/auth/mfa/enroll', {}))).toBe('mfa_already_enabled');
  expect(outcomeOf(await confirm(codeOf(second.body.secret, 1)))).toBe('mfa_not_enabled');
  await untilRecorded(call, { name: 'mfa.enabled', after: { enabled: true } }, [second.body.secret]);
});

test('enabling a factor ends the sessions that began without it, but the own one', async () => {
  await gateway.makeOrganization('two-sessions');
  const [own, other] = [await logIn(gateway, 'two-sessions'), await logIn(gateway, 'two-sessions')];
  await enable(own.call);
  expect(outcomeOf(await other.call('GET', '/api/v1/account'))).toBe('invalid_token');
  expect(outcomeOf(await own.call('GET', '/api/v1/account'))).toBe(200);
});

test('a login needs a code, and answers without one only if the password is right', async () => {
  const { username, secret } = await enabledUser('grace');
  shift(stepMs);
  expect(await logInWith(username)).toMatchObject({ status: 401, body: { error: 'mfa_code_required' } });
  expect(outcomeOf(await logInWith(username, '000000'))).toBe('mfa_code_required');
  const wrong = { username, password: 'not the password', code: codeOf(secret) };
  expect(outcomeOf(await gateway.as(null)('POST', '/api/v1/auth/login', wrong))).toBe('invalid_credentials');
  const right = await logInWith(username, codeOf(secret).replace(/^.../, '$& '));
  expect(right).toMatchObject({ status: 200, body: { token: expect.any(String) } });
  expect(outcomeOf(await gateway.as(right.body.token)('GET', '/api/v1/account'))).toBe(200);
});

test.each([
  [-2, 'mfa_code_required'],
  [-1, 200],
  [0, 200],
  [1, 200],
  [2, 'mfa_code_required'],
])('a clock that is %i steps of 30 s off answers %s', async (steps, outcome) => {
  const { username, secret } = await enabledUser(`drift${steps}`);
  shift(3 * stepMs);
  expect(outcomeOf(await logInWith(username, codeOf(secret, steps)))).toBe(outcome);
});

test('a code is taken once, at once and one after the other, and no code before it is taken afterwards', async () => {
  const { username, secret } = await enabledUser('replayed');
  shift(3 * stepMs);
  const answers = await Promise.all([1, 2, 3].map(() => logInWith(username, codeOf(secret))));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
  expect(outcomeOf(await logInWith(username, codeOf(secret, -1)))).toBe('mfa_code_required');
  expect(outcomeOf(await logInWith(username, codeOf(secret, 1)))).toBe(200);
  expect(outcomeOf(await logInWith(username, codeOf(secret)))).toBe('mfa_code_required');
});

test('a recovery code is taken once, however it is typed, and new ones replace the old ones', async () => {
  const { username, call, secret, recoveryCodes } = await enabledUser('recovering');
  const [first = '', second = ''] = recoveryCodes;
  expect(first).toMatch(/^([2-9a-hj-km-np-z]{4}-){3}[2-9a-hj-km-np-z]{4}$/);
  expect(outcomeOf(await logInWith(username, first))).toBe(200);
  expect(outcomeOf(await logInWith(username, first))).toBe('mfa_code_required');
  expect(outcomeOf(await logInWith(username, ` ${second.toUpperCase().replaceAll('-', ' ')}`))).toBe(200);
  expect((await call('GET', '/api/v1/auth/mfa')).body.recovery_codes_left).toBe(8);
  shift(2 * stepMs);
  const replaced = await call('POST', '/api/v1/auth/mfa/recovery_codes', { code: codeOf(secret) });
  expect(replaced).toMatchObject({ status: 200, body: { recovery_codes: expect.any(Array) } });
  expect((await call('GET', '/api/v1/auth/mfa')).body.recovery_codes_left).toBe(10);
  await untilRecorded(call, { name: 'mfa.recovery_codes_replaced' }, [secret, ...replaced.body.recovery_codes]);
  expect(outcomeOf(await logInWith(username, recoveryCodes[2]))).toBe('mfa_code_required');
  expect(outcomeOf(await logInWith(username, replaced.body.recovery_codes[0]))).toBe(200);
});

test('neither the secret nor a recovery code is in the database as it is', async () => {
  const { secret, recoveryCodes } = await enabledUser('stored');
  const rows = await gateway.identity.kysely.selectFrom('mfa_factors').select('secret').execute();
  const codes = await gateway.identity.kysely.selectFrom('mfa_recovery_codes').select('code_hash').execute();
  const stored = [...rows.map((row) => row.secret), ...codes.map((row) => row.code_hash)].map(String).join(' ');
  const raw = String(Buffer.from(Secret.fromBase32(secret).bytes));
  for (const text of [secret, raw, ...recoveryCodes]) expect(stored).not.toContain(text);
});

test('after ten wrong codes none is looked at for the rest of the hour, not even a right one', async () => {
  const { username, call, secret, recoveryCodes } = await enabledUser('guessed');
  const disable = (code: string) => call('POST', '/api/v1/auth/mfa/disable', { code });
  shift(stepMs);
  for (let index = 0; index < 10; index++) expect(outcomeOf(await disable('000000'))).toBe('invalid_mfa_code');
  const refused = await disable(codeOf(secret));
  expect(refused).toMatchObject({ status: 429, body: { error: 'rate_limited' } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_500);
  expect(outcomeOf(await logInWith(username, recoveryCodes[0]))).toBe('rate_limited');
  shift(hourMs);
  expect(outcomeOf(await logInWith(username, codeOf(secret)))).toBe(200);
});

test('a factor is removed by a code alone, and then a login needs none', async () => {
  const { username, call, recoveryCodes } = await enabledUser('leaving');
  const disable = (code?: string) => call('POST', '/api/v1/auth/mfa/disable', { ...(code && { code }) });
  expect(outcomeOf(await disable())).toBe('parameter_missing');
  expect(outcomeOf(await disable('nonsense'))).toBe('invalid_mfa_code');
  expect(await disable(recoveryCodes[0])).toMatchObject({ status: 204 });
  await untilRecorded(call, { name: 'mfa.disabled', after: { enabled: false } }, recoveryCodes);
  expect(outcomeOf(await disable(recoveryCodes[1]))).toBe('mfa_not_enabled');
  expect(outcomeOf(await logInWith(username))).toBe(200);
});

test('changes of a factor need a sign-in of the last two hours, a session, and no API key', async () => {
  const { call, secret } = await enabledUser('stale');
  const { key } = (await call('POST', '/api/v1/api_keys', {})).body;
  const routes = [
    ['POST', '/api/v1/auth/mfa/enroll', {}],
    ['POST', '/api/v1/auth/mfa/confirm', { code: '000000' }],
    ['POST', '/api/v1/auth/mfa/recovery_codes', { code: '000000' }],
    ['POST', '/api/v1/auth/mfa/disable', { code: codeOf(secret) }],
  ] as const;
  for (const [method, path, body] of routes) {
    expect(outcomeOf(await gateway.as(key)(method, path, body))).toBe('user_required');
    expect(outcomeOf(await gateway.as(null)(method, path, body))).toBe('unauthenticated');
  }
  expect(outcomeOf(await gateway.as(key)('GET', '/api/v1/auth/mfa'))).toBe('user_required');
  shift(hourMs);
  await call('GET', '/api/v1/account');
  shift(hourMs);
  await eventually(async () => expect(outcomeOf(await call('GET', '/api/v1/auth/mfa'))).toBe(200));
  for (const [method, path, body] of routes) {
    expect(outcomeOf(await call(method, path, body))).toBe('reauthentication_required');
  }
});

test('where the organization requires a factor, a session without one may only enroll it', async () => {
  await gateway.makeOrganization('strict');
  const { call } = await logIn(gateway, 'strict');
  const { key } = (await call('POST', '/api/v1/api_keys', {})).body;
  await call('POST', '/api/v1/team_members', { email: 'm@example.com', username: 'member', password, role: 'viewer' });
  const member = (await logIn(gateway, 'member')).call;
  expect(outcomeOf(await member('PATCH', '/api/v1/account/security', { require_mfa: true }))).toBe('insufficient_role');
  expect((await member('GET', '/api/v1/account/security')).body).toEqual({ require_mfa: false });
  for (const body of [{ require_mfa: null }, { require_mfa: 'yes' }]) {
    const refused = await call('PATCH', '/api/v1/account/security', body);
    expect(refused).toMatchObject({ status: 422, body: { errors: { require_mfa: expect.any(Array) } } });
  }
  const tag = (await call('GET', '/api/v1/account/security')).headers.get('etag') ?? '';
  const required = await call('PATCH', '/api/v1/account/security', { require_mfa: true }, { 'if-match': tag });
  expect(required).toMatchObject({ status: 200, body: { require_mfa: true } });
  for (const by of [call, member]) {
    expect(outcomeOf(await by('GET', '/api/v1/account'))).toBe('mfa_enrollment_required');
    expect(outcomeOf(await by('GET', '/api/v1/stream'))).toBe('mfa_enrollment_required');
  }
  expect((await member('GET', '/api/v1/auth/mfa')).body).toMatchObject({ enabled: false, required: true });
  expect(outcomeOf(await member('GET', '/api/v1/admin/verify'))).toBe(200);
  expect(outcomeOf(await gateway.as(key)('GET', '/api/v1/account'))).toBe(200);
  // A new sign-in creates a session with the same restriction.
  const again = (await logIn(gateway, 'member')).call;
  expect(outcomeOf(await again('GET', '/api/v1/projects'))).toBe('mfa_enrollment_required');
  const { recoveryCodes } = await enable(again);
  expect(outcomeOf(await again('GET', '/api/v1/projects'))).toBe(200);
  expect(await again('POST', '/api/v1/auth/mfa/disable', { code: recoveryCodes[0] })).toMatchObject({ status: 204 });
  expect(outcomeOf(await again('GET', '/api/v1/projects'))).toBe('mfa_enrollment_required');
  const stale = await call('PATCH', '/api/v1/account/security', { require_mfa: false }, { 'if-match': tag });
  expect(outcomeOf(stale)).toBe('mfa_enrollment_required');
  await enable(call);
  expect(outcomeOf(await call('PATCH', '/api/v1/account/security', { require_mfa: false }, { 'if-match': tag }))).toBe(
    'precondition_failed',
  );
});

test('a user who lost the factor and the codes gets in again by the operator', async () => {
  const { username, call } = await enabledUser('lost');
  await resetMfa(gateway.identity, { username });
  expect(outcomeOf(await logInWith(username))).toBe(200);
  await untilRefused(call);
  await expect(resetMfa(gateway.identity, { username: 'nobody' })).rejects.toMatchObject({ reason: 'user_not_found' });
});
