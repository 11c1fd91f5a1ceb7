import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomContact, randomWorkflow } from '../test/random-workflows.ts';
import { defineWorkflow } from '../test/workflow.ts';
import { stepTypes } from './catalog.ts';
import { withDefaults } from './defaults.ts';
import { readSteps } from './reading/read-steps.ts';
import { testRun } from './test-run.ts';

function complete(steps: readonly unknown[]) {
  const { steps: read } = readSteps(JSON.stringify(steps), { active: true, makeId: () => 'only' });
  return read.map(withDefaults);
}

test('steps with their defaults are valid, run as they do without, and have all defaults then', () => {
  fc.assert(
    fc.property(randomWorkflow, randomContact, (steps, contact) => {
      const completed = complete(steps);
      const run = (all: readonly unknown[]) =>
        testRun(defineWorkflow(all), { data: contact, timezone: 'UTC', now: new Date('2026-05-01T09:00:00Z') });
      expect(run(completed)).toEqual(run(steps));
      expect(complete(completed)).toEqual(completed);
    }),
  );
});

test.each(stepTypes.map(({ type, example, fields }) => [type, example, fields] as const))(
  'a %s has a value for every parameter with a default, its own first',
  (_type, example, fields) => {
    const [{ config } = { config: {} }] = complete([example]);
    for (const { name, default: value } of fields) {
      if (value !== undefined) expect(Object.keys(config)).toContain(name);
    }
    expect(config).toMatchObject(example['config'] as object); // every example has a config
  },
);

test('null means absent', () => {
  const [step] = complete([{ type: 'email', subject: 'x', body: 'x', to: null, reply_to: null }]);
  expect(step?.config['to']).toBe('{{ email }}');
  expect(step?.config).not.toHaveProperty('reply_to');
});
