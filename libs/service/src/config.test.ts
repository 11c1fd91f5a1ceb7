import { randomBytes } from 'node:crypto';
import { generateInternalTokenKeys } from '@drippulse/rpc';
import { addressVariable, serviceOf } from '@drippulse/topology';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { configReader, readPeerAddresses, statelessConfigReader } from './config.ts';

const keys = {
  INTERNAL_TOKEN_KEYS: generateInternalTokenKeys(['workflows']).workflows,
  CHAIN_KEYS: randomBytes(32).toString('base64'),
  ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
};

test('own variables stand beside the common ones, and every malformed one is in one message', () => {
  const read = configReader({ LIMIT: z.coerce.number().default(3) }, ({ LIMIT }) => ({ limit: LIMIT }));
  const env = { ...keys, DATABASE_URL: 'postgres://role@db/drippulse' };
  expect(read(env)).toMatchObject({ databaseUrl: env.DATABASE_URL, host: '127.0.0.1', grpcPort: undefined, limit: 3 });
  const malformed = { ...env, DATABASE_URL: 'mysql://x', ENCRYPTION_KEYS: 'planted', LIMIT: 'many', GRPC_PORT: '-1' };
  expect(() => read(malformed)).toThrow(/DATABASE_URL.*ENCRYPTION_KEYS.*GRPC_PORT.*LIMIT/s);
  expect(() => read(malformed)).not.toThrow(/planted/);
});

test('operations listen on the loopback address whatever the public API listens on', () => {
  const read = configReader({}, () => ({}));
  const env = { ...keys, DATABASE_URL: 'postgres://role@db/drippulse', HOST: '0.0.0.0' };
  expect(read(env)).toMatchObject({ host: '0.0.0.0', grpcHost: '0.0.0.0', opsHost: '127.0.0.1' });
  const apart = read({ ...env, GRPC_HOST: '10.0.0.1', OPS_HOST: '10.0.0.2' });
  expect(apart).toMatchObject({ host: '0.0.0.0', grpcHost: '10.0.0.1', opsHost: '10.0.0.2' });
});

test('a service without a schema needs no database', () => {
  const read = statelessConfigReader({}, () => ({}));
  const { ENCRYPTION_KEYS: _, ...ofProcess } = keys;
  expect(read(ofProcess)).not.toHaveProperty('databaseUrl');
});

test('the address of each called service is required, and may be a list', () => {
  const runtime = serviceOf('enrollments');
  const connections = serviceOf('integrations');
  const found = readPeerAddresses('workflows', {
    IDENTITY_ADDRESS: 'gateway:8081',
    [addressVariable(runtime)]: 'ipv4:10.0.0.1:8081,10.0.0.2:8081',
    [addressVariable(connections)]: 'connections:8081',
    CRM_ADDRESS: 'crm:8081',
  });
  expect(found).toEqual({
    identity: 'gateway:8081',
    [runtime]: 'ipv4:10.0.0.1:8081,10.0.0.2:8081',
    [connections]: 'connections:8081',
  });
  expect(() => readPeerAddresses('workflows', { IDENTITY_ADDRESS: 'nowhere' })).toThrow(
    new RegExp(`IDENTITY_ADDRESS: must be host:port.*${addressVariable(runtime)}: is required`, 's'),
  );
});
