import { expect, test } from '@jest/globals';
import { problemsOf } from '../../test/workflow.ts';

const conditions = [{ field: 'score', operator: 'exists' }];
const wait = { type: 'wait', duration: 1, unit: 'hours' };
const log = { type: 'log', message: 'x' };
const jump = (on_true: string, more = {}) => ({ type: 'condition', conditions, on_true, ...more });
const mail = { type: 'email', subject: 'x', body: 'x' };

test.each<[string, unknown[], string[]]>([
  ['next and end are always there', [jump('next', { on_false: 'end' })], []],
  ['a jump forward', [jump('z'), log, { ...log, id: 'z' }], []],
  ['a loop with a wait', [{ ...log, id: 'a' }, wait, jump('a')], []],
  ['a loop to the wait itself', [{ ...wait, id: 'a' }, jump('a')], []],
  [
    'a loop through what a run parks for',
    [
      { type: 'wait_for_event', id: 'a', event_name: 'e' },
      { type: 'approval', message: 'x', on_rejected: 'a' },
      jump('a'),
    ],
    [],
  ],
  [
    'an exit of a step that parks, to no step',
    [{ type: 'wait_for_event', events: [{ event_name: 'e', go_to: 'z' }] }],
    ['Step 0 (wait_for_event): events.0.go_to names no step: z'],
  ],
  ['a jump to no step', [jump('z')], ['Step 0 (condition): on_true names no step: z']],
  [
    'a loop on itself',
    [jump('a', { id: 'a' })],
    ['Step 0 (condition): on_true goes back to step 0 without a wait in between'],
  ],
  [
    'a loop without a wait',
    [{ ...log, id: 'a' }, log, jump('a')],
    ['Step 2 (condition): on_true goes back to step 0 without a wait in between'],
  ],
  [
    'a wait before the loop does not help',
    [wait, { ...log, id: 'a' }, jump('a')],
    ['Step 2 (condition): on_true goes back to step 1 without a wait in between'],
  ],
  [
    'a wait that can be passed by does not help',
    [jump('next', { id: 'a', on_false: 'c' }), wait, jump('a', { id: 'c' })],
    ['Step 2 (condition): on_true goes back to step 0 without a wait in between'],
  ],
  ['a jump back out of reach of itself', [jump('c'), { ...log, id: 'b' }, { type: 'end' }, jump('b', { id: 'c' })], []],
  ['on_error to a step', [{ ...mail, on_error: 'z' }, log, { ...log, id: 'z' }], []],
  ['on_error to no step', [{ ...mail, on_error: 'z' }], ['Step 0 (email): on_error names no step: z']],
  [
    'on_error back without a wait',
    [{ ...mail, id: 'a', on_error: 'a' }],
    ['Step 0 (email): on_error goes back to step 0 without a wait in between'],
  ],
  [
    'branches name their place',
    [
      {
        type: 'branch',
        branches: [
          { conditions, go_to: 'end' },
          { conditions, go_to: 'z' },
        ],
        default: 'y',
      },
    ],
    ['Step 0 (branch): branches.1.go_to names no step: z', 'Step 0 (branch): default names no step: y'],
  ],
  [
    'variants name their place',
    [{ type: 'split', variants: [{ name: 'A', go_to: 'z' }] }],
    ['Step 0 (split): variants.0.go_to names no step: z'],
  ],
  [
    'a trigger that is not first',
    [log, { type: 'trigger' }],
    ['Step 1 (trigger): a trigger may only be the first step'],
  ],
])('%s', (_name, steps, expected) => {
  expect(problemsOf(steps)).toEqual(expected);
});

test('the largest graph is judged without walking its paths', () => {
  const branches = Array.from({ length: 50 }, (_, index) => ({ conditions, go_to: `b${index}` }));
  const steps = Array.from({ length: 60 }, (_, index) => ({ id: `b${index}`, type: 'branch', branches }));
  expect(problemsOf(steps)).toHaveLength(100);
});
