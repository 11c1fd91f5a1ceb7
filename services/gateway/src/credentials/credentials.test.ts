import { DomainError } from '@drippulse/errors';
import { createLogger } from '@drippulse/observability';
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
import { expect, test } from '@jest/globals';
import { ownCaller } from '../own-caller.ts';
import { createCredentials } from './credentials.ts';

/** Credentials against an identity that knows the key `good` and counts the calls. */
function openCredentials() {
  const keys = generateInternalTokenKeys(['gateway', 'identity']);
  const tokensOf = (service: 'gateway' | 'identity') =>
    createTokens({ service, keys: parseInternalTokenKeys(keys[service]) });
  const served: { calls: number; isAway: boolean } = { calls: 0, isAway: false };
  const peers = createInMemoryPeers();
  peers.register(
    'identity',
    (router) => {
      router.service(CredentialsService, {
        resolveCredential({ credential }) {
          served.calls += 1;
          if (served.isAway) throw new DomainError('unavailable', 'database_unavailable', 'Away.');
          if (credential !== 'good') return {};
          return {
            principal: {
              organizationId: 7n,
              role: Role.EDITOR,
              mode: KeyMode.TEST,
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
  return { served, credentials: createCredentials({ identity: () => client(ownCaller), clock }) };
}

test('a principal of identity is the caller of the request', async () => {
  const { credentials } = openCredentials();
  expect(await credentials.find('good', 'r1')).toEqual({
    caller: { organizationId: 7n, actor: { type: 'api_key', id: '9' }, role: 'editor', mode: 'test' },
    limitKey: 'key:9',
    apiKeyId: 9n,
  });
});

test.each(['good', 'bad'])('a %s credential is resolved once for many requests, at once and in a row', async (text) => {
  const { served, credentials } = openCredentials();
  await Promise.all([credentials.find(text, 'r1'), credentials.find(text, 'r2')]);
  await credentials.find(text, 'r3');
  expect(served.calls).toBe(1);
});

test('a credential is resolved again after `forget`', async () => {
  const { served, credentials } = openCredentials();
  await credentials.find('good', 'r1');
  credentials.forget();
  await credentials.find('good', 'r2');
  expect(served.calls).toBe(2);
});

test('a failure is not cached', async () => {
  const { served, credentials } = openCredentials();
  served.isAway = true;
  await expect(credentials.find('good', 'r1')).rejects.toMatchObject({ reason: 'database_unavailable' });
  served.isAway = false;
  expect(await credentials.find('good', 'r2')).toMatchObject({ apiKeyId: 9n });
});
