import { IntegrationProvidersService } from '@drippulse/proto/drippulse/integrations/v1/providers_pb';
import { actionsOf, checkPayload, providerKeys, readInput } from '@drippulse/providers';
import { publicService } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness } from './effects-harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness?.stop());

const jsonOf = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString());

test('the catalog has every provider with its credentials, and every action with schemas of payload and output', async () => {
  const { providers, totalCount } = await harness
    .clientsFrom(
      publicService,
      IntegrationProvidersService,
    )({ ...editor, role: 'viewer' })
    .listIntegrationProviders({});
  expect(providers.map(({ key }) => key)).toEqual([...providerKeys]);
  expect(totalCount).toBe(BigInt(providerKeys.length));
  expect(providers.find(({ key }) => key === 'salesforce')?.aliases).toEqual(['sf', 'sfdc']);
  for (const { credentialFields, requires, actions } of providers) {
    const names = credentialFields.map(({ name }) => name);
    for (const { fields } of requires) expect(names).toEqual(expect.arrayContaining(fields));
    for (const { payloadSchema, outputSchema } of actions) {
      expect(jsonOf(payloadSchema)).toMatchObject({ type: 'object', additionalProperties: false });
      expect(jsonOf(outputSchema)).toMatchObject({ type: 'object' });
    }
  }
});

test('the example of every action can be saved in a step, and can be performed', () => {
  for (const action of providerKeys.flatMap(actionsOf)) {
    const payload = JSON.parse(JSON.stringify(action.example));
    expect([action.name, checkPayload(action, payload)]).toEqual([action.name, []]);
    expect([action.name, readInput(action, payload)]).toEqual([action.name, { input: expect.anything() }]);
  }
});
