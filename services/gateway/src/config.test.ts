import { randomBytes } from 'node:crypto';
import { generateInternalTokenKeys } from '@drippulse/rpc';
import { expect, test } from '@jest/globals';
import { readConfig, readSplitConfig } from './config.ts';

const required = {
  DATABASE_URL: 'postgres://drip:x@db/drip',
  SESSION_KEYS: randomBytes(32).toString('base64'),
  INTERNAL_TOKEN_KEYS: generateInternalTokenKeys(['gateway']).gateway,
  ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
};

test('an unset variable has its documented default', () => {
  expect(readConfig(required)).toMatchObject({
    host: '127.0.0.1',
    opsPort: 0,
    redisUrl: undefined,
    trustedProxies: [],
    peerAddresses: {},
    rateLimitPerMinute: 6000,
    rateLimitBurst: 200,
    identity: { grpcPort: undefined, databaseUrl: required.DATABASE_URL },
  });
});

test('lists are split and addresses belong to their service', () => {
  const config = readSplitConfig({
    ...required,
    TRUSTED_PROXIES: '10.0.0.0/8, loopback',
    WORKFLOWS_ADDRESS: 'workflows:50051',
    ENROLLMENT_RUNTIME_ADDRESS: 'runtime:50051',
    WEBHOOK_DELIVERY_ADDRESS: 'webhooks:50051',
    CRM_ADDRESS: 'crm:50051',
  });
  expect(config.trustedProxies).toEqual(['10.0.0.0/8', 'loopback']);
  expect(config.peerAddresses).toEqual({
    workflows: 'workflows:50051',
    'enrollment-runtime': 'runtime:50051',
    'webhook-delivery': 'webhooks:50051',
    crm: 'crm:50051',
  });
});

test('a gateway of its own does not start without the addresses of its peers, and names all that is wrong', () => {
  const read = () => readSplitConfig({ ...required, DATABASE_URL: 'mysql://x', WORKFLOWS_ADDRESS: 'nowhere' });
  expect(read).toThrow(
    /WORKFLOWS_ADDRESS: must be host:port.*ENROLLMENT_RUNTIME_ADDRESS: is required.*DATABASE_URL: /s,
  );
});

test('a gateway that knows the address of identity needs neither its database nor its keys', () => {
  const { INTERNAL_TOKEN_KEYS } = required;
  const config = readConfig({ INTERNAL_TOKEN_KEYS, IDENTITY_ADDRESS: 'identity:50051' });
  expect(config.identity).toBeUndefined();
  expect(config.peerAddresses.identity).toBe('identity:50051');
});

test('keys that cannot be read and proxies that are no network are in the same message, the keys unquoted', () => {
  const read = () =>
    readConfig({
      ...required,
      SESSION_KEYS: 'c2hvcnQ=',
      INTERNAL_TOKEN_KEYS: 'planted',
      ENCRYPTION_KEYS: 'planted',
      TRUSTED_PROXIES: '10.0.0.0/8,everybody',
    });
  expect(read).toThrow(/INTERNAL_TOKEN_KEYS: .*TRUSTED_PROXIES.*SESSION_KEYS: .*ENCRYPTION_KEYS: /s);
  expect(read).not.toThrow(/planted|c2hvcnQ/);
});
