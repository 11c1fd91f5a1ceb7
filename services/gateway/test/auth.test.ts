import { randomBytes, randomUUID } from 'node:crypto';
import { Code } from '@connectrpc/connect';
import { CredentialsService } from '@drippulse/proto/drippulse/identity/v1/credentials_pb';
import { AccountService, IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { type Caller, clientFor, createGrpcPeers, fromConnectError } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { sql } from 'kysely';
import { createApiKeyText } from '../src/identity/organizations/index.ts';
import { createSessionTokens } from '../src/identity/sessions/tokens.ts';
import { type Gateway, logIn, password, startGateway, untilRefused } from './start-gateway.ts';
import { startProxy } from './start-proxy.ts';

let gateway: Gateway;
let organizationId: bigint;
beforeAll(async () => {
  gateway = await startGateway({ identity: { grpcPort: 0 } });
  ({ organizationId } = await gateway.makeOrganization('ada'));
});
afterAll(() => gateway.stop());

/** Calls the identity service as a peer service does. */
function overGrpc() {
  const peers = createGrpcPeers({ identity: `127.0.0.1:${gateway.grpcPort}` });
  const tokens = gateway.tokensOf('workflows');
  return { peers, tokens, target: 'identity' as const };
}

test('other services ask over gRPC whether a project exists in the organization of their caller', async () => {
  const { call } = await logIn(gateway, 'ada');
  const { body } = await call('POST', '/api/v1/projects', { name: 'P' });
  const reach = overGrpc();
  const identity = clientFor(IdentityService, reach);
  const caller: Caller = { organizationId, actor: { type: 'user', id: '1' }, role: 'viewer', mode: 'live' };
  const check = (asked: Caller, id: number) =>
    identity(asked)
      .checkProject({ id: BigInt(id) })
      .then(
        () => 'there',
        (error: unknown) => fromConnectError(error).reason,
      );
  expect(await check(caller, body.id)).toBe('there');
  expect(await check(caller, 987654321)).toBe('project_not_found');
  expect(await check({ ...caller, organizationId: organizationId + 1n }, body.id)).toBe('project_not_found');
  reach.peers.close();
});

test('other services ask over gRPC who of some users is a member of the organization of their caller', async () => {
  const { call } = await logIn(gateway, 'ada');
  const me = BigInt((await call('GET', '/api/v1/admin/verify')).body.admin.id);
  const reach = overGrpc();
  const identity = clientFor(IdentityService, reach);
  const caller: Caller = { organizationId, actor: { type: 'user', id: '1' }, role: 'viewer', mode: 'live' };
  const userIds = [me, 987_654n, 0n, -1n];
  expect(await identity(caller).findMembers({ userIds })).toMatchObject({ userIds: [me] });
  const elsewhere = { ...caller, organizationId: organizationId + 1n };
  expect(await identity(elsewhere).findMembers({ userIds })).toMatchObject({ userIds: [] });
  const many = identity(caller).findMembers({ userIds: Array.from({ length: 1001 }, () => me) });
  await expect(many).rejects.toMatchObject({ code: Code.InvalidArgument });
  reach.peers.close();
});

test('other services ask over gRPC for the role that a member or a key has now, in the organization of their caller', async () => {
  const { call } = await logIn(gateway, 'ada');
  const me = String((await call('GET', '/api/v1/admin/verify')).body.admin.id);
  const { body: key } = await call('POST', '/api/v1/api_keys', { name: 'asked' });
  const reach = overGrpc();
  const identity = clientFor(IdentityService, reach);
  const caller: Caller = {
    organizationId,
    actor: { type: 'service', id: 'integrations' },
    role: 'viewer',
    mode: 'live',
  };
  const roleOf = async (actorType: string, actorId: string, by = caller) =>
    (await identity(by).getActorRole({ actorType, actorId })).role;
  expect(await roleOf('user', me)).toBe(Role.ADMIN);
  expect(await roleOf('api_key', String(key.id))).toBe(Role.ADMIN);
  const elsewhere = { ...caller, organizationId: organizationId + 1n };
  for (const [type, id] of [['user', me] as const, ['api_key', String(key.id)] as const]) {
    expect(await roleOf(type, id, elsewhere)).toBe(Role.UNSPECIFIED);
  }
  await call('DELETE', `/api/v1/api_keys/${key.id}/revoke`);
  const gone = [await roleOf('api_key', String(key.id)), await roleOf('user', '987654'), await roleOf('user', "1' or")];
  expect(gone).toEqual([Role.UNSPECIFIED, Role.UNSPECIFIED, Role.UNSPECIFIED]);
  const { body: viewer } = await call('POST', '/api/v1/team_members', {
    ...{ email: 'asked@example.com', username: 'asked', role: 'viewer', password },
  });
  expect(await roleOf('user', String(viewer.id))).toBe(Role.VIEWER);
  await call('PATCH', `/api/v1/team_members/${viewer.id}`, { status: 'disabled' });
  expect(await roleOf('user', String(viewer.id))).toBe(Role.UNSPECIFIED);
  reach.peers.close();
});

test('the role is enforced again behind the gateway', async () => {
  const reach = overGrpc();
  const viewer: Caller = { organizationId, actor: { type: 'user', id: '1' }, role: 'viewer', mode: 'live' };
  const account = clientFor(AccountService, reach);
  const change = account(viewer).updateAccount({ updateMask: { paths: ['name'] }, name: 'Mine' });
  await expect(change).rejects.toMatchObject({ code: Code.PermissionDenied });
  const byTestKey = account({ ...viewer, role: 'admin', mode: 'test', actor: { type: 'api_key', id: '1' } });
  await expect(byTestKey.getAccount({})).rejects.toMatchObject({ code: Code.PermissionDenied });
  reach.peers.close();
});

test('every call on the gRPC port needs a valid internal token', async () => {
  const reach = overGrpc();
  const caller: Caller = { organizationId, actor: { type: 'user', id: '1' }, role: 'admin', mode: 'live' };
  const account = clientFor(AccountService, { ...reach, tokens: { ...reach.tokens, mint: async () => 'nonsense' } });
  await expect(account(caller).getAccount({})).rejects.toMatchObject({ code: Code.Unauthenticated });
  const credentials = clientFor(CredentialsService, {
    ...reach,
    tokens: { ...reach.tokens, mint: async () => 'none' },
  });
  const resolving = credentials(caller).resolveCredential({ credential: createApiKeyText('live') });
  await expect(resolving).rejects.toMatchObject({ code: Code.Unauthenticated });
  reach.peers.close();
});

test('a token signed by the right key for another purpose or with another algorithm is refused', async () => {
  const { token } = await logIn(gateway, 'ada');
  const [head, body] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  const { kid } = JSON.parse(head ?? '');
  const claims = JSON.parse(body ?? '');
  const key = Buffer.from(gateway.config.identity.sessionKeys, 'base64');
  const sign = (changes: object, alg = 'HS256') =>
    new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg, kid }).sign(key);
  const status = async (forged: string) => (await gateway.as(forged)('GET', '/api/v1/account')).status;
  expect(await status(await sign({}))).toBe(200);
  for (const forged of [
    await sign({ aud: 'another' }),
    await sign({ iss: 'another' }),
    await sign({ exp: Math.floor(Date.now() / 1000) - 1 }),
    await sign({ sub: String(Number(claims.sub) + 1) }),
    await sign({ sid: 'no uuid' }),
    await sign({}, 'HS384'),
  ]) {
    expect(await status(forged)).toBe(401);
  }
});

test('sessions outlive a new first key as long as the old one is in the list', async () => {
  const [old, fresh] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
  const clock = { now: () => new Date() };
  const claims = {
    sessionId: randomUUID(),
    userId: 1n,
    expiresAt: new Date(Math.ceil(Date.now() / 1000) * 1000 + 60_000),
  };
  const token = await createSessionTokens(old, clock).sign(claims);
  expect(await createSessionTokens(`${fresh},${old}`, clock).read(token)).toEqual(claims);
  expect(await createSessionTokens(fresh, clock).read(token)).toBeUndefined();
  expect(() => createSessionTokens('c2hvcnQ=', clock)).toThrow(/SESSION_KEYS: .*32 bytes/);
});

test('an API key is stored neither in its row nor in the answer kept for repeats', async () => {
  const { call } = await logIn(gateway, 'ada');
  const { body } = await call('POST', '/api/v1/api_keys', { name: 'sealed' }, { 'idempotency-key': 'sealed-1' });
  const { rows } = await sql<{ found: boolean }>`
    select bool_or(position(${Buffer.from(body.key)}::bytea in response) > 0) as found from idempotency_keys`.execute(
    gateway.identity.kysely,
  );
  expect(rows).toEqual([{ found: false }]);
  const { rows: keys } = await sql`
    select 1 from api_keys where api_keys::text like ${`%${body.key}%`}`.execute(gateway.identity.kysely);
  expect(keys).toEqual([]);
});

test('a credential that cannot be checked because the database is away is 503, not 401', async () => {
  const database = await startProxy();
  const own = await startGateway({}, database.forward);
  try {
    await own.makeOrganization('lost');
    const { call, token } = await logIn(own, 'lost');
    database.breakOff();
    const unknownKey = own.as(createApiKeyText('live'));
    for (const caller of [call, unknownKey]) {
      const answer = await caller('GET', '/api/v1/account');
      expect(answer).toMatchObject({ status: 503, body: { error: 'database_unavailable' } });
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    // The database is not needed to refuse a token with a wrong signature.
    expect(await own.as(`${token}x`)('GET', '/api/v1/account')).toMatchObject({ status: 401 });
    database.restore();
    await eventually(async () => expect(await call('GET', '/api/v1/account')).toMatchObject({ status: 200 }));
  } finally {
    await own.stop();
    await database.stop();
  }
});

test('a member who is removed elsewhere is refused', async () => {
  const { call } = await logIn(gateway, 'ada');
  const member = { email: 'gone@example.com', role: 'viewer', username: 'gone', password };
  const { body } = await call('POST', '/api/v1/team_members', member);
  const { call: byMember } = await logIn(gateway, 'gone');
  expect(await byMember('GET', '/api/v1/account')).toMatchObject({ status: 200 });
  await gateway.identity.kysely.deleteFrom('memberships').where('id', '=', BigInt(body.id)).execute();
  await untilRefused(byMember);
});
