import { randomBytes } from 'node:crypto';
import { readAll } from '@drippulse/process';
import { generateInternalTokenKeys } from '@drippulse/rpc';
import { readPeerAddresses } from '@drippulse/service';
import { addressVariable, processEntry, schemaOf } from '@drippulse/topology';
import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';
import { readConfig as readIdentityConfig } from './identity/config.ts';
import { service } from './service.ts';

const keys = {
  SESSION_KEYS: randomBytes(32).toString('base64'),
  INTERNAL_TOKEN_KEYS: generateInternalTokenKeys(['gateway']).gateway,
  CHAIN_KEYS: randomBytes(32).toString('base64'),
  ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
};
const peers = processEntry(service.name).calls;
const addresses = Object.fromEntries(peers.map((peer) => [addressVariable(peer), `${schemaOf(peer)}:50051`]));

test('an unset variable has its documented default, and lists are split', () => {
  expect(readConfig({ ...keys, TRUSTED_PROXIES: '10.0.0.0/8, loopback' })).toMatchObject({
    host: '127.0.0.1',
    opsPort: 0,
    redisUrl: undefined,
    trustedProxies: ['10.0.0.0/8', 'loopback'],
    rateLimitPerMinute: 6000,
    rateLimitBurst: 200,
  });
});

test('a gateway of its own does not start without the addresses of its peers, but runs identity itself', () => {
  expect(readPeerAddresses(service.name, addresses)).not.toHaveProperty('identity');
  expect(readPeerAddresses(service.name, { ...addresses, IDENTITY_ADDRESS: 'identity:50051' })).toMatchObject({
    identity: 'identity:50051',
    crm: 'crm:50051',
  });
  const read = () => readPeerAddresses(service.name, { ...addresses, CRM_ADDRESS: '', WORKFLOWS_ADDRESS: 'nowhere' });
  expect(read).toThrow(/WORKFLOWS_ADDRESS: must be host:port.*CRM_ADDRESS: is required/s);
});

test('keys that cannot be read and proxies that are no network are in one message, the keys unquoted', () => {
  const env = {
    DATABASE_URL: 'mysql://x',
    SESSION_KEYS: 'c2hvcnQ=',
    INTERNAL_TOKEN_KEYS: 'planted',
    CHAIN_KEYS: 'planted',
    ENCRYPTION_KEYS: 'planted',
    TRUSTED_PROXIES: '10.0.0.0/8,everybody',
  };
  const read = () =>
    readAll(
      () => readConfig(env),
      () => readIdentityConfig(env),
    );
  expect(read).toThrow(
    /INTERNAL_TOKEN_KEYS: .*CHAIN_KEYS: .*TRUSTED_PROXIES.*DATABASE_URL: .*ENCRYPTION_KEYS: .*SESSION_KEYS: /s,
  );
  expect(read).not.toThrow(/planted|c2hvcnQ/);
});
