import { expect, test } from '@jest/globals';
import { type Check, problemsOf } from './checks.ts';
import { defaultChecks } from './default-checks.ts';

const output = { class: 'interested', score: 0.75, body: 'Call Ada NOW', steps: [{ name: 'first' }], sure: true };
const made = { outcome: { output }, actions: ['crm.create_activity'] };

test.each<[Check, string | undefined]>([
  [{ path: 'class', equals: 'interested' }, undefined],
  [{ path: 'class', equals: 'later' }, 'class is not "later"'],
  [{ path: 'steps.0.name', equals: 'first' }, undefined],
  [{ path: 'steps.1.name', equals: 'first' }, 'steps.1.name is not "first"'],
  [{ path: 'constructor', contains: 'function' }, 'constructor lacks "function"'],
  [{ path: 'score', min: 0.75, max: 0.75 }, undefined],
  [{ path: 'score', min: 0.8 }, 'score is not at least 0.8'],
  [{ path: 'class', max: 1 }, 'class is not at most 1'],
  [{ path: 'body', contains: 'now' }, undefined],
  [{ not_contains: 'ADA' }, 'The output contains "ADA"'],
  [{ calls: 'crm.create_activity' }, undefined],
  [{ calls: 'email.send' }, 'email.send was not called'],
  [{ calls_not: 'crm.create_activity' }, 'crm.create_activity was called'],
])('%j', (check, problem) => {
  expect(problemsOf([check], made)).toEqual(problem === undefined ? [] : [problem]);
});

test('a failure passes no check, not even none', () => {
  const failed = { outcome: { error: { code: 'invalid_output', message: 'x' } }, actions: [] };
  expect(problemsOf([], failed)).toEqual(['It failed: invalid_output']);
});

test('a case of an execution asks for what it decided, and not for how', () => {
  expect(defaultChecks('scorer', { score: 0.7, qualified: true, factors: [] }, null)).toEqual([
    { path: 'qualified', equals: true },
  ]);
  expect(
    defaultChecks('router', { priority: 'high', next_action: 'call', sla_hours: null, audit_note: 'x' }, null),
  ).toEqual([
    { path: 'priority', equals: 'high' },
    { path: 'next_action', equals: 'call' },
    { path: 'sla_hours', equals: null },
  ]);
  const schema = {
    type: 'object',
    properties: {
      class: { type: 'string', enum: ['interested'] },
      sure: { type: 'boolean' },
      body: { type: 'string' },
    },
  };
  expect(defaultChecks('llm', output, JSON.stringify(schema))).toEqual([
    { path: 'class', equals: 'interested' },
    { path: 'sure', equals: true },
  ]);
  expect(defaultChecks('code', { answer: 7 }, null)).toEqual([{ path: 'answer', equals: 7 }]);
});
