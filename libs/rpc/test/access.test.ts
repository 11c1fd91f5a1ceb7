import { createPrivateKey } from 'node:crypto';
import { Code } from '@connectrpc/connect';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { type ServiceName, serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { type Caller, clientFor, createTokens, fromConnectError, parseInternalTokenKeys } from '../src/index.ts';
import { editor, layouts, type Probe, startProbe } from './start-probe.ts';

describe.each(layouts)('access %s', (layout) => {
  let probe: Probe;
  beforeAll(async () => {
    probe = await startProbe(layout);
  });
  afterAll(() => probe.stop());

  const echoWith = (token: string | undefined) => {
    const tokens = { ...probe.tokens, mint: async () => token ?? '' };
    return clientFor(ProbeService, { peers: probe.peers, target: 'workflows', tokens })(editor).echo({ id: 1n });
  };

  /** Makes a token as the gateway signs it, with some changes. */
  async function forge(changes: {
    claims?: object;
    issuer?: string;
    audience?: string;
    expiresIn?: string;
    signedBy?: ServiceName;
    kid?: string;
  }): Promise<string> {
    const [jwk] = JSON.parse(probe.keys[changes.signedBy ?? 'gateway']);
    const claims = { org: '7', actor: { type: 'user', id: '3' }, role: 'editor', mode: 'live', ...changes.claims };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', kid: changes.kid ?? jwk.kid })
      .setIssuer(changes.issuer ?? 'gateway')
      .setAudience(changes.audience ?? 'workflows')
      .setIssuedAt()
      .setExpirationTime(changes.expiresIn ?? '60s')
      .sign(createPrivateKey({ key: jwk, format: 'jwk' }));
  }

  test.each<Caller['actor']>([
    { type: 'workflow', id: '12', hops: 3 },
    { type: 'lead_form', id: '4' },
    { type: 'lead_scoring', id: 'lead_scoring' },
  ])('the service is told of %j what the caller said', async (actor) => {
    const tokens = createTokens({ service: 'gateway', keys: parseInternalTokenKeys(probe.keys.gateway) });
    const served = createTokens({ service: 'workflows', keys: parseInternalTokenKeys(probe.keys.workflows) });
    const caller = { ...editor, actor };
    expect(await served.verify(await tokens.mint(caller, 'workflows'))).toEqual(caller);
  });

  test('tokens of a workflow that differ in their hops are told apart', async () => {
    const tokens = createTokens({ service: 'gateway', keys: parseInternalTokenKeys(probe.keys.gateway) });
    const served = createTokens({ service: 'workflows', keys: parseInternalTokenKeys(probe.keys.workflows) });
    for (const hops of [1, 2]) {
      const caller: Caller = { ...editor, actor: { type: 'workflow', id: '12', hops } };
      expect(await served.verify(await tokens.mint(caller, 'workflows'))).toEqual(caller);
    }
  });

  test('a token that is all right is let in', async () => {
    await expect(echoWith(await forge({}))).resolves.toMatchObject({ id: 1n });
  });

  test.each<[string, () => Promise<string>]>([
    ['no token', async () => ''],
    ['a text that is not a token', async () => 'nonsense'],
    ['an expired token', () => forge({ expiresIn: '-10s' })],
    ['a token for another service', () => forge({ audience: serviceOf('webhooks') })],
    ['a token that one service signed in the name of another', () => forge({ signedBy: serviceOf('webhooks') })],
    ['a token of an unknown key', () => forge({ kid: 'gateway/000000000000' })],
    [
      "a token that names another service's key",
      async () => forge({ kid: JSON.parse(probe.keys[serviceOf('webhooks')])[0].kid }),
    ],
    ['a token without an organization', () => forge({ claims: { org: undefined } })],
    ['a token of a workflow that counts no hops', () => forge({ claims: { actor: { type: 'workflow', id: '12' } } })],
    ['a token of an actor that there is not', () => forge({ claims: { actor: { type: 'robot', id: '12' } } })],
    ['a token with a role that does not exist', () => forge({ claims: { role: 'owner' } })],
    ['a token whose scopes are not a list', () => forge({ claims: { scopes: 'probe:write' } })],
    ['a token with a scope that is not text', () => forge({ claims: { scopes: [1] } })],
    ['a token that is not signed', async () => `${btoa('{"alg":"none"}')}.${btoa('{"org":"7","role":"admin"}')}.`],
  ])('%s is refused with UNAUTHENTICATED, and is a fault of ours for whoever called', async (_name, token) => {
    const error = await echoWith(await token()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: Code.Unauthenticated });
    expect(fromConnectError(error)).toMatchObject({ kind: 'internal' });
  });

  test.each<[Caller['role'], boolean]>([
    ['viewer', false],
    ['approver', false],
    ['editor', true],
    ['admin', true],
  ])('a %s who calls what editors may is let in: %s', async (role, isLetIn) => {
    const outcome = await probe
      .client({ ...editor, role })
      .echo({ id: 1n })
      .then(
        () => 'let in',
        (error: unknown) => fromConnectError(error).reason,
      );
    expect(outcome).toBe(isLetIn ? 'let in' : 'insufficient_role');
  });

  test('a method without a credential takes any caller that a service vouches for', async () => {
    const anonymous: Caller = {
      ...editor,
      organizationId: 0n,
      actor: { type: 'service', id: 'gateway' },
      role: 'viewer',
    };
    await expect(probe.client(anonymous).raw({})).resolves.toMatchObject({ contentType: 'text/plain' });
  });

  test('a token of a restricted key does what its scopes permit, and what a service asks for in its name is not restricted', async () => {
    const reason = async (scopes: readonly string[] | undefined) =>
      echoWith(await probe.tokens.mint({ ...editor, ...(scopes && { scopes }) }, 'workflows')).then(
        () => 'let in',
        (error: unknown) => fromConnectError(error).reason,
      );
    expect(await reason(undefined)).toBe('let in');
    expect(await reason(['probe:write'])).toBe('let in');
    expect(await reason(['probe:read', 'crm:write'])).toBe('insufficient_scope');
    expect(await reason([])).toBe('insufficient_scope');
    await expect(probe.client({ ...editor, scopes: ['crm:read'] }).echo({ id: 1n })).resolves.toMatchObject({ id: 1n });
  });

  test('a token is signed once for all calls of a caller', async () => {
    expect(await probe.tokens.mint(editor, 'workflows')).toBe(await probe.tokens.mint({ ...editor }, 'workflows'));
    const others: Caller[] = [
      { ...editor, organizationId: 8n },
      { ...editor, role: 'admin' },
      { ...editor, mode: 'test' },
      { ...editor, actor: { type: 'api_key', id: '3' } },
      { ...editor, scopes: ['probe:read'] },
      { ...editor, scopes: ['probe:write'] },
    ];
    const minted = await Promise.all([editor, ...others].map((caller) => probe.tokens.mint(caller, 'workflows')));
    expect(new Set(minted).size).toBe(7);
  });
});

test('while keys are exchanged, tokens of the old key and of the new one are both good', async () => {
  const { keys } = await startProbe('in memory');
  const old = createTokens({ service: 'gateway', keys: parseInternalTokenKeys(keys.gateway) });
  const fresh = (await startProbe('in memory')).keys;
  const publicKeys = (text: string) => JSON.parse(text).slice(1);
  const both = JSON.stringify([
    JSON.parse(fresh.workflows)[0],
    ...publicKeys(fresh.workflows),
    ...publicKeys(keys.workflows),
  ]);
  const served = createTokens({ service: 'workflows', keys: parseInternalTokenKeys(both) });
  const renewed = createTokens({ service: 'gateway', keys: parseInternalTokenKeys(fresh.gateway) });
  for (const tokens of [old, renewed]) {
    await expect(served.verify(await tokens.mint(editor, 'workflows'))).resolves.toEqual(editor);
  }
});

test.each([
  ['no JSON', 'nonsense'],
  ['no list', '{}'],
  ['no private key', '[]'],
  ['no Ed25519 key', '[{"kty":"RSA","kid":"gateway/1"}]'],
  ['a damaged key', '[{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA","kid":"gateway/1"}]'],
  ['a key of no service', '[{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA","kid":"nobody/1"}]'],
])('INTERNAL_TOKEN_KEYS that hold %s stop the start with their name and no key', (_name, text) => {
  expect(() => parseInternalTokenKeys(text)).toThrow(/INTERNAL_TOKEN_KEYS: /);
  expect(() => parseInternalTokenKeys(text)).not.toThrow(/AA/);
});
