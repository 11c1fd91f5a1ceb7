import { DomainError } from '@drippulse/errors';
import { createLogger, createMetrics } from '@drippulse/observability';
import { CredentialsService } from '@drippulse/proto/drippulse/identity/v1/credentials_pb';
import { KeyMode } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import {
  clientFor,
  createInMemoryPeers,
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
  serverInterceptors,
} from '@drippulse/rpc';
import { createLimiters } from '@drippulse/service';
import { expect, test } from '@jest/globals';
import { createApiKeyText } from '../credential-texts/api-key.ts';
import { ownCaller } from '../own-caller.ts';
import { createCredentials } from './credentials.ts';
import { createLookupLimit } from './lookup-limit.ts';

const good = createApiKeyText('test');

/** Opens credentials with an identity service that knows only the key `good`, and counts its calls. */
function openCredentials(max?: number) {
  let elapsedMs = 1_000;
  const keys = generateInternalTokenKeys(['gateway', 'identity']);
  const tokensOf = (service: 'gateway' | 'identity') =>
    createTokens({ service, keys: parseInternalTokenKeys(keys[service]) });
  const served: { calls: number; isAway: boolean; isSuspended?: boolean; lasts?: () => Promise<void> } = {
    calls: 0,
    isAway: false,
  };
  const peers = createInMemoryPeers();
  peers.register(
    'identity',
    (router) => {
      router.service(CredentialsService, {
        async resolveCredential({ credential }) {
          served.calls += 1;
          if (served.isAway) throw new DomainError('unavailable', 'database_unavailable', 'Away.');
          await served.lasts?.();
          if (credential !== good) return {};
          return {
            principal: {
              organizationId: 7n,
              role: Role.EDITOR,
              mode: KeyMode.TEST,
              isSuspended: served.isSuspended === true,
              credential: { case: 'apiKeyId', value: 9n },
            },
          };
        },
      });
    },
    serverInterceptors({ tokens: tokensOf('identity'), log: createLogger({ service: 'test', level: 'fatal' }) }),
  );
  const client = clientFor(CredentialsService, { peers, target: 'identity', tokens: tokensOf('gateway') });
  const clock = { now: () => new Date() };
  const log = createLogger({ service: 'test', level: 'fatal' });
  const lookups = createLookupLimit(createLimiters(undefined, { log, registry: createMetrics('test') }));
  const credentials = createCredentials({
    identity: () => client(ownCaller),
    clock,
    lookups,
    monotonic: { now: () => elapsedMs },
    ...(max && { max }),
  });
  const pass = (ms: number) => {
    elapsedMs += ms;
  };
  return { served, credentials, pass };
}

const asking = { requestId: 'r1', clientNetwork: '192.0.2.1' };

test('a principal of identity is the caller of the request', async () => {
  const { credentials } = openCredentials();
  expect(await credentials.find(good, asking)).toEqual({
    caller: { organizationId: 7n, actor: { type: 'api_key', id: '9' }, role: 'editor', mode: 'test' },
    limitKey: 'key:9',
    apiKeyId: 9n,
  });
});

test.each([
  ['good', good],
  ['bad', createApiKeyText('live')],
])('a %s credential is resolved once for many requests, at once and in a row', async (_name, text) => {
  const { served, credentials } = openCredentials();
  await Promise.all([credentials.find(text, asking), credentials.find(text, asking)]);
  await credentials.find(text, asking);
  expect(served.calls).toBe(1);
});

test('a credential is resolved again after `forget`', async () => {
  const { served, credentials } = openCredentials();
  await credentials.find(good, asking);
  credentials.forget();
  await credentials.find(good, asking);
  expect(served.calls).toBe(2);
});

test('what identity says of a credential counts for less than 5 s from before it was asked, so that a change counts within 5 s', async () => {
  const { served, credentials, pass } = openCredentials();
  const find = () => credentials.find(good, asking);
  const stranger = createApiKeyText('live');
  expect(await find()).not.toHaveProperty('isSuspended');
  expect(await credentials.find(stranger, asking)).toBeUndefined();
  served.isSuspended = true;
  pass(4_400);
  expect(await find()).not.toHaveProperty('isSuspended');
  await credentials.find(stranger, asking);
  expect(served.calls).toBe(2);
  pass(200);
  expect(await find()).toMatchObject({ isSuspended: true });
  await credentials.find(stranger, asking);
  expect(served.calls).toBe(4);
  // The call to the identity service takes time, which counts toward the age of the cached result.
  served.isSuspended = false;
  pass(4_600);
  served.lasts = async () => pass(3_000);
  expect(await find()).not.toHaveProperty('isSuspended');
  served.isSuspended = true;
  pass(1_600);
  expect(await find()).toMatchObject({ isSuspended: true });
});

test('a failure is not cached', async () => {
  const { served, credentials } = openCredentials();
  served.isAway = true;
  await expect(credentials.find(good, asking)).rejects.toMatchObject({ reason: 'database_unavailable' });
  served.isAway = false;
  expect(await credentials.find(good, asking)).toMatchObject({ apiKeyId: 9n });
});

test.each(['nonsense', 'adcrm_live_0000000000000000000000000000000000000000', 'a.b', `a.${'b'.repeat(10_000)}.c`])(
  'a malformed credential costs no call of identity',
  async (text) => {
    const { served, credentials } = openCredentials();
    expect(await credentials.find(text, asking)).toBeUndefined();
    expect(served.calls).toBe(0);
  },
);

test('a network may ask for 100 unknown credentials a minute, at once too, and another one goes on', async () => {
  const { served, credentials } = openCredentials();
  const ask = () => credentials.find(createApiKeyText('live'), asking);
  const answers = await Promise.allSettled(Array.from({ length: 500 }, ask));
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
  await expect(ask()).rejects.toMatchObject({ reason: 'rate_limited', retryAfterSeconds: expect.any(Number) });
  expect(served.calls).toBe(100);
  expect(await credentials.find(good, { ...asking, clientNetwork: '192.0.2.2' })).toMatchObject({ apiKeyId: 9n });
});

test('a credential that was good lately goes on in a network that has no look-up left', async () => {
  const { credentials } = openCredentials();
  await credentials.find(good, asking);
  await Promise.allSettled(Array.from({ length: 101 }, () => credentials.find(createApiKeyText('live'), asking)));
  credentials.forget();
  expect(await credentials.find(good, asking)).toMatchObject({ apiKeyId: 9n });
});

test('look-ups that find a credential, and those that fail, use up nothing', async () => {
  const { served, credentials } = openCredentials();
  served.isAway = true;
  for (let index = 0; index < 150; index++) {
    await expect(credentials.find(good, asking)).rejects.toMatchObject({ reason: 'database_unavailable' });
  }
  served.isAway = false;
  expect(await credentials.find(good, asking)).toMatchObject({ apiKeyId: 9n });
});

test('unknown credentials push no good one out of the cache', async () => {
  const { served, credentials } = openCredentials(10);
  await credentials.find(good, asking);
  for (let index = 0; index < 20; index++) await credentials.find(createApiKeyText('live'), asking);
  const { calls } = served;
  await credentials.find(good, asking);
  expect(served.calls).toBe(calls);
});
