import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Answer, type Call, callerOfApi, type Gateway, logIn, startGateway } from './start-gateway.ts';

let gateway: Gateway;
let admin: Call;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.makeOrganization('ada');
  await gateway.makeOrganization('eve');
  admin = (await logIn(gateway, 'ada')).call;
});
afterAll(() => gateway.stop());

async function makeKey(rights: object, by: Call = admin): Promise<{ id: number; key: string; call: Call }> {
  const { status, body, text } = await by('POST', '/api/v1/api_keys', rights);
  if (status !== 201) throw new Error(text);
  return { id: body.id, key: body.key, call: gateway.as(body.key) };
}

/** Returns the code of a refusal, else the status. */
function outcomeOf({ status, body }: Answer): string | number {
  return body?.error ?? status;
}

const nothing = '/api/v1/projects/987654321';

test('a key is an admin without scopes unless its creation says otherwise', async () => {
  const { id, call } = await makeKey({ name: 'plain' });
  const rights = { role: 'admin', scopes: null };
  expect((await admin('GET', `/api/v1/api_keys/${id}`)).body).toMatchObject(rights);
  expect((await call('GET', '/api/v1/admin/verify')).body).toMatchObject(rights);
  expect(await call('GET', '/api/v1/team_members')).toMatchObject({ status: 200 });
});

test.each([
  ['viewer', 200, 'insufficient_role', 'insufficient_role'],
  ['editor', 200, 'project_not_found', 'insufficient_role'],
  ['admin', 200, 'project_not_found', 'api_key_not_found'],
])('a key with the role %s does what a member with it may', async (role, reads, writes, manages) => {
  const { id, call } = await makeKey({ role });
  expect((await call('GET', `/api/v1/api_keys/${id}`)).body).toMatchObject({ role, scopes: null });
  expect(outcomeOf(await call('GET', '/api/v1/projects'))).toBe(reads);
  expect(outcomeOf(await call('DELETE', nothing))).toBe(writes);
  expect(outcomeOf(await call('DELETE', '/api/v1/api_keys/987654321/revoke'))).toBe(manages);
});

test('a key with scopes gets 403 insufficient_scope, which names the scope, for all else', async () => {
  const { call } = await makeKey({ scopes: ['projects:read', 'team_members:write', 'projects:read'] });
  expect(await call('GET', '/api/v1/admin/verify')).toMatchObject({
    status: 200,
    body: { role: 'admin', scopes: ['projects:read', 'team_members:write'] },
  });
  expect(await call('GET', '/api/v1/projects')).toMatchObject({ status: 200 });
  expect(await call('DELETE', nothing)).toMatchObject({
    status: 403,
    body: { error: 'insufficient_scope', detail: expect.stringContaining('"projects:write"') },
  });
  // The right to write includes the right to read.
  expect(await call('GET', '/api/v1/team_members')).toMatchObject({ status: 200 });
  expect(await call('GET', '/api/v1/account')).toMatchObject({
    status: 403,
    body: { error: 'insufficient_scope', detail: expect.stringContaining('"account:read"') },
  });
  // A route that is only for users still refuses keys.
  expect(outcomeOf(await call('GET', '/api/v1/sessions'))).toBe('user_required');
});

test('scopes give no more than the role', async () => {
  const { call } = await makeKey({ role: 'viewer', scopes: ['projects:write'] });
  expect(outcomeOf(await call('DELETE', nothing))).toBe('insufficient_role');
});

test('a key gives no key more than it has, in any of three ways', async () => {
  const { id, call } = await makeKey({ scopes: ['api_keys:write', 'projects:write'] });
  const more = [{}, { scopes: ['account:read'] }, { scopes: ['projects:read', 'account:write'] }];
  for (const rights of more) {
    expect(outcomeOf(await call('POST', '/api/v1/api_keys', rights))).toBe('insufficient_scope');
  }
  const less = await makeKey({ scopes: ['projects:read'] }, call);
  expect(outcomeOf(await less.call('GET', '/api/v1/projects'))).toBe(200);
  const { id: plain } = await makeKey({});
  for (const [target, change] of [
    [id, { scopes: null }],
    [id, { scopes: ['account:read'] }],
    [less.id, { scopes: null }],
    [plain, { name: 'still without scopes' }],
  ] as const) {
    expect(outcomeOf(await call('PATCH', `/api/v1/api_keys/${target}`, change))).toBe('insufficient_scope');
  }
  expect(await call('PATCH', `/api/v1/api_keys/${plain}`, { scopes: ['projects:read'] })).toMatchObject({
    status: 200,
    body: { scopes: ['projects:read'] },
  });
  const editor = await makeKey({ role: 'editor' });
  expect(outcomeOf(await editor.call('POST', '/api/v1/api_keys', { role: 'viewer' }))).toBe('insufficient_role');
});

test.each<[object, string]>([
  [{ role: 'approver' }, 'role'],
  [{ role: 'owner' }, 'role'],
  [{ scopes: [] }, 'scopes'],
  [{ scopes: 'projects:read' }, 'scopes'],
  [{ scopes: { 0: 'projects:read' } }, 'scopes'],
  [{ scopes: ['projects:read', 7] }, 'scopes.1'],
  [{ scopes: ['project:read'] }, 'scopes.0'],
  [{ scopes: ['projects:READ'] }, 'scopes.0'],
  [{ scopes: ['*'] }, 'scopes.0'],
  [{ scopes: Array.from({ length: 500 }, () => 'projects:read') }, 'scopes'],
])('%j is 422 for a new key and for a change, and names the field', async (body, field) => {
  const { id } = await makeKey({});
  for (const answer of [
    await admin('POST', '/api/v1/api_keys', body),
    await admin('PATCH', `/api/v1/api_keys/${id}`, body),
  ]) {
    expect(answer).toMatchObject({ status: 422, body: { error: 'validation_failed' } });
    expect(Object.keys(answer.body.errors)).toEqual([field]);
  }
});

test('a scope that does not exist is answered with the one that was probably meant', async () => {
  const { body } = await admin('POST', '/api/v1/api_keys', { scopes: ['project:read'] });
  expect(body.violations).toMatchObject([
    { suggestion: 'projects:read', allowed: expect.arrayContaining(['projects:read']) },
  ]);
});

test('a change needs an administrator, a credential and a key of the own organization', async () => {
  const { id } = await makeKey({});
  const change = (by: Call, target: number | string = id) =>
    by('PATCH', `/api/v1/api_keys/${target}`, { role: 'viewer' }, { 'x-request-id': 'same' });
  const viewer = await makeKey({ role: 'viewer' });
  expect(await change(gateway.as(null))).toMatchObject({ status: 401, body: { error: 'unauthenticated' } });
  expect(outcomeOf(await change(viewer.call))).toBe('insufficient_role');
  const stranger = (await logIn(gateway, 'eve')).call;
  const [foreign, unknown] = [await change(stranger), await change(stranger, 987654321)];
  expect(foreign).toMatchObject({ status: 404, body: { error: 'api_key_not_found' } });
  expect(foreign.text.replaceAll(String(id), '')).toBe(unknown.text.replaceAll('987654321', ''));
  expect(outcomeOf(await admin('PATCH', `/api/v1/api_keys/${id}`, { role: null }))).toBe('validation_failed');
});

test('a repeated change with its Idempotency-Key is one change', async () => {
  const { id } = await makeKey({ name: 'once' });
  const headers = { 'idempotency-key': 'lower-once' };
  const first = await admin('PATCH', `/api/v1/api_keys/${id}`, { name: 'lowered', role: 'viewer' }, headers);
  const again = await admin('PATCH', `/api/v1/api_keys/${id}`, { name: 'lowered', role: 'viewer' }, headers);
  expect(first).toMatchObject({ status: 200, body: { name: 'lowered', role: 'viewer', scopes: null } });
  expect(again).toMatchObject({ status: 200, text: first.text });
  expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
});

test('a lowered key is refused at once by the gateway of the change, and by another one within 5 s', async () => {
  const other = await gateway.startAnother();
  try {
    const { id, key, call } = await makeKey({ name: 'lowered' });
    const elsewhere = callerOfApi(other.url, key);
    for (const by of [call, elsewhere]) expect(outcomeOf(await by('DELETE', nothing))).toBe('project_not_found');
    const lower = (rights: object) => admin('PATCH', `/api/v1/api_keys/${id}`, rights);
    const refused = async (by: Call, reason: string) => expect(outcomeOf(await by('DELETE', nothing))).toBe(reason);

    expect(await lower({ role: 'viewer' })).toMatchObject({ status: 200 });
    await refused(call, 'insufficient_role');
    await eventually(() => refused(elsewhere, 'insufficient_role'));

    expect(await lower({ role: 'editor', scopes: ['workflows:write'] })).toMatchObject({ status: 200 });
    await refused(call, 'insufficient_scope');
    await eventually(() => refused(elsewhere, 'insufficient_scope'));

    // The restriction is removed again. The key itself stays the same.
    expect(await lower({ role: 'admin', scopes: null })).toMatchObject({ status: 200 });
    await refused(call, 'project_not_found');
  } finally {
    await other.stop();
  }
});
