import { expect, test } from '@jest/globals';
import { defineWorkflow } from '../test/workflow.ts';
import { testData, testRun } from './index.ts';

const now = new Date('2026-05-06T08:00:00Z');
const mail = { type: 'email', subject: 'Hi {{ first_name }}', body: 'Hello' };

function run(steps: readonly object[], data = testData('minimal'), timezone = 'UTC') {
  return testRun(defineWorkflow(steps), { data, timezone, now });
}

const logsOf = (steps: readonly object[], data = testData('minimal')) => run(steps, data).steps.map(({ logs }) => logs);

test('each visited step shows the data it started with, what it added and where it led', () => {
  const steps = [
    { type: 'trigger', frequency: 'hourly' },
    { type: 'set_fields', id: 'set', name: 'Set', fields: { full: '{{ first_name }} {{ last_name }}' } },
    { type: 'log', message: '{{ full }}' },
  ];
  const data = testData('minimal', { first_name: 'Grace' });
  const after = { ...data, full: 'Grace Lovelace' };
  const result = run(steps, data);
  expect(result).toMatchObject({ status: 'completed', data: after, errors: [] });
  expect(result.steps[1]).toEqual({
    stepIndex: 1,
    stepNumber: 2,
    id: 'set',
    name: 'Set',
    type: 'set_fields',
    status: 'succeeded',
    startedData: data,
    output: { full: 'Grace Lovelace' },
    logs: ['[test] Set full'],
    next: 's1',
    durationMs: 0,
  });
  expect(result.steps[2]).toMatchObject({ startedData: after, logs: ['[test] Grace Lovelace'], next: 'end' });
});

test('what a step adds replaces a field of the same name, whole', () => {
  const { data } = run([{ type: 'set_fields', fields: { payload: { b: 2 } } }], { payload: { a: 1 } });
  expect(data).toEqual({ payload: { b: 2 } });
});

test('waits pass at once and say how long they would have been; time has passed for what follows', () => {
  const steps = [
    { type: 'wait', duration: 1, unit: 'days' },
    { type: 'log', message: '{{ "now" | date: "%Y-%m-%d" }}' },
  ];
  expect(run(steps).steps.map(({ status, logs }) => [status, ...logs])).toEqual([
    ['succeeded', '[test] Would wait 1 day (until 2026-05-07T08:00:00Z)', '[test] Waited until 2026-05-07T08:00:00Z'],
    ['succeeded', '[test] 2026-05-07'],
  ]);
});

test('mail and callbacks are described, not sent', () => {
  const callback = { type: 'webhook_callback', url: 'https://a.example/x', payload: { n: '{{ score }}' } };
  expect(logsOf([mail, callback])).toEqual([
    ['[test] Would send email to ada@example.com: "Hi Ada"', '[test] body: Hello'],
    ['[test] Would send POST https://a.example/x', '[test] body: {"n":"72"}'],
  ]);
});

test('mail through an integration without a connection is skipped', () => {
  const { steps, status } = run([{ ...mail, integration_id: 'sg' }]);
  expect(status).toBe('completed');
  expect(steps).toMatchObject([
    { status: 'skipped', logs: ['[test] Skipped: no usable connection for sendgrid', '[test] body: Hello'] },
  ]);
});

test('the answer of a callback can be used by the steps that follow', () => {
  const steps = [
    { type: 'webhook_callback', url: 'https://a.example/x' },
    { type: 'condition', conditions: [{ field: 'response.status', operator: 'equals', value: 200 }] },
    { type: 'log', message: 'ok' },
  ];
  expect(run(steps).steps).toHaveLength(3);
});

test('warnings are among the logs', () => {
  expect(logsOf([{ type: 'log', message: 'x{{ nobody }}' }])).toEqual([
    ['[test] x', '[test] Warning: nobody is missing and was rendered empty'],
  ]);
});

test('a step that fails ends the run and is among the errors', () => {
  const steps = [
    { type: 'wait', until: '{{ first_name }}' },
    { type: 'log', message: 'x' },
  ];
  const message = 'until must be a timestamp, but it is "Ada"';
  expect(run(steps)).toMatchObject({
    status: 'failed',
    steps: [{ status: 'failed', next: 'end', logs: [`[test] Failed: ${message}`] }],
    errors: [{ stepIndex: 0, stepId: 's0', message }],
  });
});

test('steps that are not visited are absent', () => {
  const steps = [
    {
      type: 'condition',
      conditions: [{ field: 'score', operator: 'less_than', value: 5 }],
      on_true: 'next',
      on_false: 'z',
    },
    { type: 'log', message: 'low' },
    { type: 'log', id: 'z', message: 'high' },
  ];
  expect(run(steps).steps.map(({ stepIndex, next }) => [stepIndex, next])).toEqual([
    [0, 'z'],
    [2, 'end'],
  ]);
});

test('an end step gives the run its status', () => {
  expect(run([{ type: 'end', status: 'cancelled', reason: 'no fit' }])).toMatchObject({
    status: 'cancelled',
    errors: [],
  });
});

test('large data are left out of the steps', () => {
  const { steps, data } = run([{ type: 'log', message: 'x' }], { big: 'x'.repeat(20_000) });
  expect(steps[0]).not.toHaveProperty('startedData');
  expect(data).toHaveProperty('big');
});

test('a run of endless loops is stopped', () => {
  const steps = Array.from({ length: 8 }, (_, index) => [
    { type: 'wait', id: `w${index}`, duration: 1, unit: 'hours' },
    { type: 'log', message: 'x' },
    { type: 'condition', conditions: [{ field: 'email', operator: 'exists' }], on_true: `w${(index + 1) % 8}` },
  ]).flat();
  const { status, errors, steps: visited } = run(steps);
  expect([status, visited.length, errors.length]).toEqual(['failed', 1_000, 1]);
  expect(errors[0]?.message).toBe('the test run was stopped after 1000 steps');
});

test('the time of each step is read from the clock that is passed', () => {
  let reading = 0;
  const elapsedMs = () => (reading += 5);
  const { steps } = testRun(defineWorkflow([mail, mail]), {
    data: testData('minimal'),
    timezone: 'UTC',
    now,
    elapsedMs,
  });
  expect(steps.map(({ durationMs }) => durationMs)).toEqual([5, 5]);
});

test('a test run does no more work than one request may', () => {
  const heavy = { type: 'log', message: '{{ long }}{{ long }}{{ long }}' };
  const result = run(Array(10).fill(heavy), { long: 'x'.repeat(500_000) });
  expect(result.status).toBe('failed');
  expect(result.errors.at(-1)?.message).toContain('work_limit_exceeded');
  expect(result.steps.length).toBeLessThan(6);
});
