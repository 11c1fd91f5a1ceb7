import { askParts } from '@drippulse/observability';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { owners } from '../src/upstreams.ts';
import { type Gateway, startGateway } from './start-gateway.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

test('readiness has every service with public methods, and identity counts as there while its database is', async () => {
  // A component that responds slowly is reported as unavailable.
  await eventually(async () => {
    const parts = await askParts(gateway.service.parts);
    expect(Object.keys(parts).sort()).toEqual([...owners].sort());
    expect(parts).toMatchObject({ identity: true, workflows: true, crm: false });
  });
});
