import { IdentityService, NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { type Caller, clientFor, createGrpcPeers } from '@drippulse/rpc';
import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Call, type Gateway, logIn, password, startGateway } from './start-gateway.ts';

const path = '/api/v1/account/notifications';
let gateway: Gateway;
let admin: Call;
let organizationId: bigint;
beforeAll(async () => {
  gateway = await startGateway({ identity: { grpcPort: 0 } });
  ({ organizationId } = await gateway.makeOrganization('ada'));
  admin = (await logIn(gateway, 'ada')).call;
});
afterAll(() => gateway.stop());

async function makeMember(username: string, role: string, more: object = {}) {
  const body = { email: `${username}@example.com`, username, role, password, ...more };
  const answer = await admin('POST', '/api/v1/team_members', body);
  expect(answer.status).toBe(201);
  return { id: BigInt(answer.body.id), call: async () => (await logIn(gateway, username)).call };
}

test('everything is on at first; a member changes what the request names, and nobody else is affected', async () => {
  const bo = await makeMember('bo', 'viewer');
  const call = await bo.call();
  const first = await call('GET', path);
  expect(first).toMatchObject({
    status: 200,
    body: { approvals: true, webhooks: true, domains: true, integrations: true, billing: true, reports: true },
  });
  expect(await call('PATCH', path, { approvals: false })).toMatchObject({
    status: 200,
    body: { approvals: false, webhooks: true },
  });
  expect(await call('PATCH', path, { notifications: { webhooks: false } })).toMatchObject({
    body: { approvals: false, webhooks: false },
  });
  expect(await call('PATCH', path, { approvals: true, webhooks: false })).toMatchObject({
    body: { approvals: true, webhooks: false },
  });
  expect((await admin('GET', path)).body).toEqual({
    approvals: true,
    webhooks: true,
    domains: true,
    integrations: true,
    billing: true,
    reports: true,
  });
  expect(await call('PATCH', path, { approvals: null })).toMatchObject({
    status: 422,
    body: { error: 'validation_failed' },
  });
});

test('choices about two topics at once both count, and If-Match is compared', async () => {
  const call = await (await makeMember('cy', 'editor')).call();
  await Promise.all([call('PATCH', path, { approvals: false }), call('PATCH', path, { webhooks: false })]);
  const { body, headers } = await call('GET', path);
  expect(body).toEqual({
    approvals: false,
    webhooks: false,
    domains: true,
    integrations: true,
    billing: true,
    reports: true,
  });
  const tag = headers.get('etag') ?? '';
  expect(await call('PATCH', path, { approvals: true }, { 'if-match': tag })).toMatchObject({ status: 200 });
  expect(await call('PATCH', path, { approvals: false }, { 'if-match': tag })).toMatchObject({
    status: 412,
    body: { error: 'precondition_failed' },
  });
});

test('an API key has no mailbox', async () => {
  const { body } = await admin('POST', '/api/v1/api_keys', {});
  expect(await gateway.as(body.key)('GET', path)).toMatchObject({ status: 403, body: { error: 'user_required' } });
});

test('services find the active members of the organization with a role who did not choose otherwise', async () => {
  const dee = await makeMember('dee', 'approver', { name: 'Dee' });
  const eve = await makeMember('eve', 'approver');
  const fay = await makeMember('fay', 'approver');
  await (await eve.call())('PATCH', path, { approvals: false });
  await admin('PATCH', `/api/v1/team_members/${fay.id}`, { status: 'disabled' });
  await makeMember('gus', 'approver', { password: undefined });
  const peers = createGrpcPeers({ identity: `127.0.0.1:${gateway.grpcPort}` });
  const identity = clientFor(IdentityService, {
    peers,
    tokens: gateway.tokensOf(serviceOf('enrollments')),
    target: 'identity',
  });
  const actor = { type: 'service' as const, id: serviceOf('enrollments') };
  const caller: Caller = { organizationId, actor, role: 'viewer', mode: 'live' };
  const find = async (roles: Role[], topic: NotificationTopic, asked = caller) =>
    (await identity(asked).listRecipients({ roles, topic })).recipients.map(({ userId }) => userId);
  expect(
    await identity(caller).listRecipients({ roles: [Role.APPROVER], topic: NotificationTopic.APPROVALS }),
  ).toMatchObject({
    recipients: [{ userId: dee.id, name: 'Dee', email: 'dee@example.com', role: Role.APPROVER }],
  });
  expect(await find([Role.APPROVER], NotificationTopic.WEBHOOKS)).toEqual([dee.id, eve.id]);
  expect(await find([], NotificationTopic.WEBHOOKS)).toEqual([]);
  expect(
    await find([Role.APPROVER], NotificationTopic.WEBHOOKS, { ...caller, organizationId: organizationId + 1n }),
  ).toEqual([]);
  await expect(find([Role.ADMIN], NotificationTopic.UNSPECIFIED)).rejects.toThrow();
  peers.close();
});
