import { stringifyJson } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { countedIds, problemsOf } from '../../test/workflow.ts';
import { stepTypes } from '../catalog.ts';
import { stepUnits } from '../meter.ts';
import { readSteps, readStepsInTurns } from './read-steps.ts';

function read(steps: unknown, active = false) {
  return readSteps(JSON.stringify(steps), { active, makeId: countedIds() });
}

test('parameters beside the type are moved into config, and what config says wins', () => {
  const raw = {
    type: 'wait',
    name: 'Pause',
    position: 9,
    duration: 5,
    unit: 'days',
    note: 'kept',
    config: { unit: 'hours' },
  };
  expect(read([raw])).toEqual({
    steps: [
      { id: 's0', type: 'wait', name: 'Pause', position: 0, config: { duration: 5, unit: 'hours', note: 'kept' } },
    ],
    problems: [],
  });
});

test('ids and names that are missing are made, without taking an id given further down', () => {
  const { steps } = read([
    { type: 'log', message: 'a' },
    { type: 'LOG', id: 's0', message: 'b' },
    { type: 'log', id: 7, message: 'c' },
  ]);
  expect(steps.map(({ id, name, type }) => [id, name, type])).toEqual([
    ['s1', 'Log', 'log'],
    ['s0', 'Log', 'log'],
    ['7', 'Log', 'log'],
  ]);
});

test('steps that were read are read again without a change', () => {
  const first = read([
    { type: 'trigger', frequency: 'hourly' },
    { type: 'wait', duration: 1, unit: 'HOURS' },
  ]);
  const again = readSteps(stringifyJson(first.steps), { active: true, makeId: () => 'other' });
  expect(again).toEqual(first);
});

test('numbers in free JSON keep every digit', () => {
  const text =
    '[{"id":"a","type":"set_fields","name":"N","position":0,"config":{"fields":{"n":1.50,"m":9007199254740993}}}]';
  expect(stringifyJson(readSteps(text, { active: true, makeId: () => '' }).steps)).toBe(text);
});

test.each<[unknown, boolean, string]>([
  [{}, false, 'steps must be an array'],
  [null, false, 'steps must be an array'],
  [[], true, 'an active workflow needs at least one step'],
  [Array(201).fill({ type: 'end' }), false, 'there may be at most 200 steps'],
  [[{ type: 'log', message: 'x'.repeat(256 * 1024) }], false, 'steps may be at most 256 KiB'],
])('steps as a whole: case %#', (steps, active, message) => {
  expect(read(steps, active)).toMatchObject({ steps: [], problems: [{ field: 'steps', message }] });
});

test('a draft may be empty', () => {
  expect(read([]).problems).toEqual([]);
});

test('a problem names the field and the step, counted from 0', () => {
  const { problems } = read([{ type: 'trigger' }, { type: 'end' }, { type: 'wait', duration: 0, unit: 'hours' }]);
  expect(problems).toEqual([
    {
      field: 'steps.2.config.duration',
      message: 'Step 2 (wait): duration must be at least 1',
      code: 'range',
      phrase: 'must be at least 1',
    },
  ]);
});

test.each<[unknown, string]>([
  ['text', 'Step 0 (unknown): must be an object'],
  [{}, 'Step 0 (unknown): type is required'],
  [{ type: 5 }, 'Step 0 (unknown): type must be a string'],
  [{ type: 'fax' }, 'Step 0 (fax): is not a step type; GET /api/v1/workflows/step_types lists all step types'],
  [
    { type: 'constructor' },
    'Step 0 (constructor): is not a step type; GET /api/v1/workflows/step_types lists all step types',
  ],
  [{ type: 'end', name: '' }, 'Step 0 (end): name must be a string of 1 to 255 characters'],
  [{ type: 'end', name: 5 }, 'Step 0 (end): name must be a string of 1 to 255 characters'],
  [{ type: 'end', config: [] }, 'Step 0 (end): config must be an object'],
  [{ type: 'end', id: 'a b' }, 'Step 0 (end): id may be 1 to 64 letters, digits, dots, dashes and underscores'],
  [{ type: 'end', id: 'next' }, 'Step 0 (end): id next has a meaning of its own'],
  [{ type: 'end', id: { a: 1 } }, 'Step 0 (end): id may be 1 to 64 letters, digits, dots, dashes and underscores'],
])('%j is refused: %s', (step, message) => {
  expect(problemsOf([step])).toContain(message);
});

test('every problem is told, in the order of the steps', () => {
  expect(
    problemsOf([
      { type: 'log', message: '{{ x' },
      { type: 'nope', id: 'a' },
      { type: 'trigger', id: 'a' },
    ]),
  ).toEqual([
    'Step 0 (log): message is not a valid template: output "{{ x" not closed, line:1, col:1',
    'Step 1 (nope): is not a step type; GET /api/v1/workflows/step_types lists all step types',
    'Step 2 (trigger): id a is the id of step 1 already',
    'Step 2 (trigger): a trigger may only be the first step',
  ]);
});

test('a field that has the wrong type is told once, whatever it contains', () => {
  expect(problemsOf([{ type: 'agent', agent_id: 9, input: '{{ x' }])).toEqual([
    'Step 0 (agent): input must be an object',
  ]);
});

test('no more than 100 problems are told', () => {
  expect(problemsOf(Array(150).fill({ type: 'nope' }))).toHaveLength(100);
});

test.each([
  ['tags', '{{a}}'.repeat(10_000), '{{a}}', 'templates may have at most 10000 tags and outputs in all'],
  [
    'operands',
    `{{ a | plus: ${'b,'.repeat(14_997)}b }}{{a}}`,
    '{{a}}',
    'templates may have at most 30000 words and signs in all tags and outputs',
  ],
])(
  'as many %s as can be parsed at once are accepted, and not one more, whatever steps they are in',
  (_name, most, more, message) => {
    expect(problemsOf([{ type: 'log', message: most }])).toEqual([]);
    expect(
      problemsOf([
        { type: 'log', message: most },
        { type: 'log', message: more },
      ]),
    ).toEqual([message]);
  },
);

type Rule = { conditions: { field: string; operator: string; value: string }[] };

test.each<[string, string, (rule: Rule) => object]>([
  ['filter', 'filter', (filter) => ({ type: 'trigger', kind: 'event', event_name: 'a', filter })],
  ['match', 'match', (match) => ({ type: 'wait_for_event', event_name: 'a.b', match })],
  [
    'match of one event',
    'events.0.match',
    (match) => ({ type: 'wait_for_event', events: [{ event_name: 'a.b', match }] }),
  ],
])('a %s has at most 16 KiB and 500 tags and outputs', (_name, key, stepOf) => {
  const problemsWith = (value: string) =>
    read([stepOf({ conditions: [{ field: 'a', operator: 'equals', value }] })]).problems;
  const room = 16 * 1024 - JSON.stringify({ conditions: [{ field: 'a', operator: 'equals', value: '' }] }).length;
  const field = `steps.0.config.${key}`;
  expect(problemsWith('x'.repeat(room))).toEqual([]);
  expect(problemsWith('x'.repeat(room + 1))).toMatchObject([
    { field, phrase: 'may be at most 16 KiB', code: 'length' },
  ]);
  expect(problemsWith('{{a}}'.repeat(500))).toEqual([]);
  expect(problemsWith('{{a}}'.repeat(501))).toMatchObject([
    { field, phrase: 'may have at most 500 tags and outputs', code: 'length' },
  ]);
});

test('no part of reading the largest steps has more units than a step may have', () => {
  const conditions = [{ field: 'a', operator: 'exists' }];
  const branches = Array.from({ length: 18 }, () => ({ conditions, go_to: 'next' }));
  const largest = [
    [{ type: 'log', message: `${'{{a}}'.repeat(9_999)}{{a|plus:${'b,'.repeat(9_998)}b}}`.padEnd(255 * 1024) }],
    [{ type: 'set_fields', fields: { list: Array.from({ length: 120_000 }, () => 1) } }],
    Array.from({ length: 200 }, (_, index) => ({ id: `b${index}`, type: 'branch', branches })),
  ];
  for (const steps of largest) {
    const parts: number[] = [];
    const reading = readStepsInTurns(JSON.stringify(steps), { active: true, makeId: countedIds() });
    let part = reading.next();
    for (; part.done !== true; part = reading.next()) parts.push(part.value);
    expect(part.value.steps).not.toEqual([]);
    expect(Math.max(...parts)).toBeLessThanOrEqual(stepUnits);
  }
});

test.each<[unknown, object]>([
  [
    { type: 'wiat' },
    { field: 'steps.0.type', code: 'enum', allowed: expect.arrayContaining(['wait']), suggestion: 'wait' },
  ],
  [{}, { field: 'steps.0.type', code: 'required' }],
  [
    { type: 'wait', duration: 1, unit: 'hour' },
    { field: 'steps.0.config.unit', code: 'enum', suggestion: 'hours' },
  ],
  [{ type: 'log' }, { code: 'required', phrase: 'is required' }],
  [
    { type: 'log', message: 5 },
    { code: 'type', phrase: 'must be a string' },
  ],
  [{ type: 'log', message: '{{ x' }, { code: 'format' }],
  [
    { type: 'condition', conditions: [] },
    { code: 'length', phrase: 'must have at least 1 item' },
  ],
  [
    { type: 'trigger', filter: {} },
    { field: 'steps.0.config.filter.conditions', code: 'required' },
  ],
])('the problem of %j says its kind and how to mend it', (step, problem) => {
  expect(read([step]).problems).toContainEqual(expect.objectContaining(problem));
});

test('a jump to a step that does not exist names the nearest id', () => {
  const conditions = [{ field: 'a', operator: 'exists' }];
  const { problems } = read([
    { type: 'condition', conditions, on_true: 'welcom' },
    { id: 'welcome', type: 'end' },
  ]);
  expect(problems).toMatchObject([{ field: 'steps.0.config.on_true', code: 'not_found', suggestion: 'welcome' }]);
});

test('a strict reading refuses parameters that the type of a step does not list', () => {
  const steps = [
    { type: 'wait', duration: 1, unit: 'hours', untill: 'x', config: { durration: 2 } },
    { type: 'nope', anything: 1 },
    { id: 'a', nmae: 'N', type: 'log', message: 'x' },
  ];
  const strictly = readSteps(JSON.stringify(steps), { active: false, makeId: countedIds(), strict: true });
  expect(strictly.problems.filter(({ code }) => code === 'unknown_member')).toEqual([
    {
      field: 'steps.0.untill',
      message: 'Step 0 (wait): untill is not a known member; did you mean until?',
      code: 'unknown_member',
      suggestion: 'until',
      phrase: 'is not a known member; did you mean until?',
    },
    {
      field: 'steps.0.config.durration',
      message: 'Step 0 (wait): durration is not a known member; did you mean duration?',
      code: 'unknown_member',
      suggestion: 'duration',
      phrase: 'is not a known member; did you mean duration?',
    },
    expect.objectContaining({ field: 'steps.2.nmae', suggestion: 'name' }),
  ]);
  expect(read(steps).problems.map(({ code }) => code)).toEqual(['enum']);
});

test('the example of every step type is read strictly', () => {
  const steps = stepTypes.map(({ example }, index) => ({ ...example, id: `example_${index}` }));
  const { problems } = readSteps(JSON.stringify(steps), { active: false, makeId: countedIds(), strict: true });
  expect(problems.filter(({ code }) => code === 'unknown_member')).toEqual([]);
});

test('the first twenty targets that no step has get a suggestion, because each is compared with every id', () => {
  const conditions = [{ field: 'score', operator: 'greater_or_equal', value: 50 }];
  const step = { type: 'condition', config: { match: 'all', conditions, on_true: 'welcom', on_false: 'end' } };
  const { problems } = read([{ ...step, id: 'welcome' }, ...Array.from({ length: 60 }, () => step)]);
  const suggested = problems.filter(({ field }) => field.endsWith('.on_true')).map(({ suggestion }) => suggestion);
  expect(suggested.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 'welcome'));
  expect(new Set(suggested.slice(20))).toEqual(new Set([undefined]));
});

test('of many unknown parameters the first hundred are told, in the order of the steps', () => {
  const names = Array.from({ length: 60 }, (_, index) => [`p${index}`, 1] as const);
  const steps = [0, 1, 2].map(() => ({ type: 'email', x: 1, config: Object.fromEntries(names) }));
  const { problems } = readSteps(JSON.stringify(steps), { active: false, makeId: countedIds(), strict: true });
  const unknown = problems.filter(({ code }) => code === 'unknown_member').map(({ field }) => field.slice(0, 7));
  expect(unknown.filter((field) => field === 'steps.0')).toHaveLength(61);
  expect(unknown.filter((field) => field === 'steps.1').length).toBeGreaterThan(30);
  expect(unknown).not.toContain('steps.2');
});
