import { actionsOf, providerKeys } from '@drippulse/providers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness } from './harness.ts';
import { json, refusal } from './requests.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness?.stop());

const step = (integration_id: string, action: string, payload: object = {}) => ({
  type: 'integration_action',
  config: { integration_id, action, payload },
});
const save = (steps: object[]) => harness.workflows(editor).createWorkflow({ name: 'Acts', steps: json(steps) });

test('an action that no provider has is refused by its own reason, with the nearest name', async () => {
  expect(await refusal(save([step('hubpsot', 'create_note')]))).toMatchObject({
    error: 'invalid unsupported_integration_action',
    fields: { 'steps.0.config.integration_id': expect.stringContaining('did you mean hubspot?') },
  });
  expect(await refusal(save([{ type: 'log', message: 'x' }, step('hs', 'make_coffee')]))).toMatchObject({
    error: 'invalid unsupported_integration_action',
    fields: { 'steps.1.config.action': expect.stringContaining('is not supported') },
  });
  const { valid, problems } = await harness
    .workflows(editor)
    .validateWorkflow({ steps: json([step('hs', 'make_coffee')]) });
  expect({ valid, problems }).toMatchObject({
    valid: false,
    problems: [{ path: 'steps.0.config.action', step: 0, code: 'enum' }],
  });
});

test('the example of every action can be saved; one misspelt field, or a name by an alias, is found out', async () => {
  const all = providerKeys.flatMap((key) => actionsOf(key).map((action) => ({ key, action })));
  for (const { key, action } of all) {
    const steps = [step(key, action.name, { ...action.example })];
    expect({
      key,
      name: action.name,
      ...(await harness.workflows(editor).validateWorkflow({ steps: json(steps) })),
    }).toMatchObject({
      valid: true,
    });
    const misspelt = [step(key, action.name, { ...action.example, zzz_unknown: '{{ x }}' })];
    const { problems } = await harness.workflows(editor).validateWorkflow({ steps: json(misspelt) });
    expect(problems).toMatchObject([{ path: 'steps.0.config.payload.zzz_unknown', code: 'unknown_member' }]);
  }
});
