import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { owners } from '../src/upstreams.ts';
import { type Gateway, startGateway } from './start-gateway.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

test('readiness has the database of identity and every service with public methods', async () => {
  const parts = await gateway.service.ready();
  expect(Object.keys(parts).sort()).toEqual(['database', ...owners].sort());
  expect(parts).toMatchObject({ database: true, identity: true, workflows: true, crm: false });
});
