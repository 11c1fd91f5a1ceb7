import { expect, test } from '@jest/globals';
import { problemsOf } from '../test/workflow.ts';
import { stepTypes } from './catalog.ts';

test('the catalog holds what runs', () => {
  expect(stepTypes.map(({ type }) => type)).toEqual([
    'trigger',
    'webhook',
    'log',
    'wait',
    'wait_for_event',
    'approval',
    'condition',
    'branch',
    'split',
    'set_fields',
    'email',
    'webhook_callback',
    'crm_create_lead',
    'crm_update_record',
    'crm_create_activity',
    'crm_move_opportunity',
    'alert',
    'integration_action',
    'agent',
    'score_lead',
    'end',
  ]);
  expect(stepTypes.filter(({ sideEffects }) => sideEffects).map(({ type }) => type)).toEqual([
    'email',
    'webhook_callback',
    'crm_create_lead',
    'crm_update_record',
    'crm_create_activity',
    'crm_move_opportunity',
    'alert',
    'integration_action',
    'agent',
    'score_lead',
  ]);
  expect(stepTypes.flatMap(({ type, requires }) => (requires === undefined ? [] : [[type, requires]]))).toEqual([
    ['alert', 'integrations'],
    ['integration_action', 'integrations'],
    ['agent', 'agents'],
    ['score_lead', 'agents'],
  ]);
});

test.each(stepTypes)('the example of $type is valid', ({ example }) => {
  expect(problemsOf([example])).toEqual([]);
});

test.each(stepTypes)('every field of $type is described, and in its schema', ({ fields, configSchema }) => {
  for (const { help, type } of fields)
    expect([help, type]).toEqual([expect.stringMatching(/\S/), expect.stringMatching(/\S/)]);
  expect(Object.keys(Object(configSchema['properties']))).toEqual(fields.map(({ name }) => name));
});

const fieldsOf = (type: string) => stepTypes.find((stepType) => stepType.type === type)?.fields ?? [];

test('a field says whether it is required, what it is, its default and its options', () => {
  expect(fieldsOf('log')).toEqual([
    {
      name: 'message',
      type: 'template',
      required: true,
      default: undefined,
      options: [],
      help: 'What to write; may hold templates.',
    },
    {
      name: 'level',
      type: 'string',
      required: false,
      default: 'info',
      options: ['debug', 'info', 'warn', 'error'],
      help: 'How important it is.',
    },
  ]);
  expect(fieldsOf('wait')[0]).toMatchObject({ name: 'duration', type: 'number', required: false });
  expect(fieldsOf('condition').map(({ name, type, required }) => [name, type, required])).toEqual([
    ['match', 'string', false],
    ['conditions', 'array', true],
    ['on_true', 'string', false],
    ['on_false', 'string', false],
  ]);
});
