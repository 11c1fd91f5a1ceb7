import { expect, test } from '@jest/globals';
import { defineWorkflow, newRun } from '../test/workflow.ts';
import { advance, compileDefinition, type RunState, retryStep } from './index.ts';

const now = new Date('2026-05-06T08:00:00Z');
const log = { type: 'log', message: 'x' };
const wait = { type: 'wait', duration: 1, unit: 'hours' };
const again = { type: 'condition', conditions: [{ field: 'stop', operator: 'not_exists' }], on_true: 'a' };
const hoursLater = (hours: number) => new Date(now.getTime() + hours * 3_600_000);

const state = (more: Partial<RunState>) => ({
  status: 'active',
  stepIndex: 0,
  phase: 'ready',
  wakeAt: null,
  attempt: 0,
  visits: {},
  ...more,
});

test('a run goes as far as the wait, and on when it is over', () => {
  const definition = defineWorkflow([{ type: 'trigger' }, wait, log]);
  const first = advance(definition, newRun(), now);
  expect(first.state).toEqual(state({ stepIndex: 1, phase: 'waiting', wakeAt: hoursLater(1).getTime() }));
  expect(first.entries.map(({ status, type }) => [type, status])).toEqual([
    ['trigger', 'succeeded'],
    ['wait', 'waiting'],
  ]);

  const early = advance(definition, newRun({}, { state: first.state }), hoursLater(0.99));
  expect(early).toEqual({ state: first.state, data: {}, dataChanged: false, entries: [], work: 0 });

  const last = advance(definition, newRun({}, { state: first.state }), hoursLater(5));
  expect(last.state).toEqual(state({ status: 'completed', stepIndex: 2 }));
  expect(last.entries.map(({ type, status, message }) => [type, status, message])).toEqual([
    ['wait', 'succeeded', 'Waited until 2026-05-06T09:00:00Z'],
    ['log', 'succeeded', 'x'],
  ]);
});

test('a run that has ended stays on the last step that ran', () => {
  const steps = [log, { ...again, on_true: 'end' }, log];
  expect(advance(defineWorkflow(steps), newRun(), now).state).toEqual(state({ status: 'completed', stepIndex: 1 }));
  const ended = newRun({}, { state: advance(defineWorkflow(steps), newRun(), now).state });
  expect(advance(defineWorkflow(steps), ended, now)).toMatchObject({ state: ended.state, entries: [] });
});

test('an end step gives the run its status, and a failure its reason', () => {
  const { state: ended, entries } = advance(
    defineWorkflow([{ type: 'end', status: 'failed', reason: 'no fit' }, log]),
    newRun(),
    now,
  );
  expect(ended).toEqual(state({ status: 'failed' }));
  expect(entries).toMatchObject([{ status: 'succeeded', error: 'no fit' }]);
});

test('a workflow whose last step is a wait is completed when the wait is over', () => {
  const definition = defineWorkflow([wait]);
  const waiting = advance(definition, newRun(), now);
  expect(advance(definition, newRun({}, { state: waiting.state }), hoursLater(1)).state).toEqual(
    state({ status: 'completed' }),
  );
});

test('after maxSteps the run is due at once on the step that follows', () => {
  const definition = defineWorkflow([log, log, log]);
  const first = advance(definition, newRun(), now, 2);
  expect(first.state).toEqual(state({ stepIndex: 2, wakeAt: now.getTime() }));
  expect(advance(definition, newRun({}, { state: first.state }), now, 1).state.status).toBe('completed');
});

test.each(['a', 'constructor', '__proto__', 'toString'])('a step %s is visited at most 100 times', (id) => {
  const definition = defineWorkflow([{ type: 'wait', id, until: '2020-01-01' }, log, { ...again, on_true: id }]);
  const { state: ended, entries } = advance(definition, newRun(), now);
  expect(entries).toHaveLength(301);
  expect(entries.at(-1)).toMatchObject({
    type: 'wait',
    status: 'failed',
    error: 'the step was visited 100 times; the loop it is in does not end',
  });
  expect(ended.status).toBe('failed');
});

test('visits are counted for steps in loops only', () => {
  const definition = defineWorkflow([log, { ...wait, id: 'a' }, again, log]);
  let run = newRun();
  for (let hour = 0; hour < 3; hour++) {
    run = { ...run, state: advance(definition, run, hoursLater(hour)).state };
  }
  expect(run.state.visits).toEqual({ a: 2, s1: 2 });
  const { state: ended } = advance(definition, { ...run, data: { stop: true } }, hoursLater(3));
  expect([ended.status, ended.stepIndex, ended.visits]).toEqual(['completed', 2, { a: 3, s1: 3 }]);
});

test('data that would become too large fails the step that adds to it', () => {
  const double = { type: 'set_fields', fields: { x: '{{ x }}{{ x }}' } };
  const {
    state: ended,
    entries,
    data,
  } = advance(defineWorkflow(Array(40).fill(double)), newRun({ x: 'abcdefgh' }), now);
  expect(ended.status).toBe('failed');
  expect(entries.at(-1)?.error).toBe('the data of the run would be larger than 1 MiB');
  expect(JSON.stringify(data).length).toBeLessThan(1024 * 1024);
});

test('a long message is shortened', () => {
  const { entries } = advance(
    defineWorkflow([{ type: 'log', message: '{{ x }}' }]),
    newRun({ x: 'y'.repeat(10_000) }),
    now,
  );
  expect(entries[0]?.message).toHaveLength(4_001);
});

test('lines of test enrollments say so, and their waits are real', () => {
  const { state: waiting, entries } = advance(defineWorkflow([log, wait]), newRun({}, { mode: 'test' }), now);
  expect(entries.map(({ message }) => message)).toEqual([
    '[test] x',
    '[test] Waiting 1 hour (until 2026-05-06T09:00:00Z)',
  ]);
  expect(waiting.phase).toBe('waiting');
});

test('a workflow without steps is completed at once', () => {
  expect(advance(compileDefinition({ workflowId: '1', version: 1, steps: [] }), newRun(), now).state).toEqual(
    state({ status: 'completed' }),
  );
});

test('a retry by a person runs the failed step again, with a new key for its effect', () => {
  const definition = defineWorkflow([{ type: 'webhook_callback', url: '{{ url }}', id: 'call' }]);
  const failed = advance(definition, newRun(), now);
  const retried = retryStep(definition, { state: failed.state });
  expect(retried).toEqual(state({ visits: { call: 1 } }));
  const { effect } = advance(definition, newRun({ url: 'https://a.example' }, { state: retried }), now);
  expect(effect).toMatchObject({ key: 'e-1:call:2', visit: 2 });
});

const long = 'x'.repeat(500_000);

test('a step whose templates need more than its budget fails, and says why', () => {
  const definition = defineWorkflow([{ type: 'log', message: '{{ long }}'.repeat(10) }, log]);
  const { state: ended, entries, work } = advance(definition, newRun({ long }), now);
  expect(ended.status).toBe('failed');
  expect(entries[0]?.error).toContain('work_limit_exceeded');
  expect(work).toBeLessThan(5_000_000);
});

test('a step whose conditions need more than its budget fails, and goes where its failure leads', () => {
  const conditions = Array.from({ length: 20 }, () => ({ field: 'long', operator: 'contains', value: 'y' }));
  const definition = defineWorkflow([{ type: 'condition', match: 'any', conditions }, log]);
  const { state: ended, entries } = advance(definition, newRun({ long }), now);
  expect(ended.status).toBe('failed');
  expect(entries[0]?.error).toContain('work_limit_exceeded');
});

test('a move with much work stops between steps, and goes on from there to the same end', () => {
  const heavy = { type: 'log', message: '{{ long }}{{ long }}{{ long }}' };
  const definition = defineWorkflow(Array(10).fill(heavy));
  let run = newRun({ long });
  let moves = 0;
  let lines = 0;
  for (; run.state.status === 'active' && moves < 100; moves++) {
    const { state: next, entries, work } = advance(definition, run, now);
    expect(work).toBeLessThan(3 * 4 * 1024 * 1024 + 1_000);
    lines += entries.length;
    run = { ...run, state: next };
  }
  expect(run.state.status).toBe('completed');
  expect(lines).toBe(10);
  expect(moves).toBeGreaterThan(2);
});

test('changes of large data count as work', () => {
  const definition = defineWorkflow(Array(20).fill({ type: 'set_fields', fields: { a: '1' } }));
  const { state: stopped } = advance(definition, newRun({ long }), now);
  expect(stopped).toMatchObject({ status: 'active', phase: 'ready', wakeAt: now.getTime() });
  expect(stopped.stepIndex).toBeLessThan(6);
});
