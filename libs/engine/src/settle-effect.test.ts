import { expect, test } from '@jest/globals';
import { defineWorkflow, newRun } from '../test/workflow.ts';
import { advance, type EffectResult, type Run, retryStep, settleEffect } from './index.ts';

const now = new Date('2026-05-06T08:00:00Z');
const callback = { type: 'webhook_callback', id: 'call', url: 'https://a.example/{{ missing }}' };
const log = { type: 'log', message: 'x' };
const refused: EffectResult = { outcome: 'failed', error: 'refused', retryable: false };
const busy: EffectResult = { outcome: 'failed', error: 'busy', retryable: true };
const done: EffectResult = { outcome: 'succeeded', message: 'answered 200', output: { response: { status: 200 } } };

/** Makes a run of a workflow whose first step has handed out its effect. */
function callOut(more: object = {}, after: object[] = [log]) {
  const definition = defineWorkflow([{ ...callback, ...more }, ...after]);
  const run = newRun({ old: 1 });
  return { definition, run: { ...run, state: advance(definition, run, now).state } };
}

function settle(
  { definition, run }: ReturnType<typeof callOut>,
  result: EffectResult,
  random = 0.5,
  attempt = run.state.attempt,
) {
  return settleEffect(definition, run, { stepIndex: 0, stepId: 'call', attempt }, result, now, random);
}

test('a success adds its output and makes the next step ready', () => {
  expect(settle(callOut(), done)).toEqual({
    state: { status: 'active', stepIndex: 1, phase: 'ready', wakeAt: null, attempt: 0, visits: {} },
    data: { old: 1, response: { status: 200 } },
    dataChanged: true,
    entries: [
      {
        stepIndex: 0,
        stepId: 'call',
        stepName: 'Outbound Webhook',
        type: 'webhook_callback',
        status: 'succeeded',
        message: 'answered 200',
        output: { response: { status: 200 } },
        attempt: 1,
        warnings: ['missing is missing and was rendered empty'],
      },
    ],
    work: expect.any(Number),
  });
});

test('the run is completed with the effect of its last step', () => {
  expect(settle(callOut({}, []), done).state).toMatchObject({ status: 'completed', stepIndex: 0 });
});

test('an effect that was skipped leaves its reason, and the run goes on', () => {
  const { state, entries } = settle(callOut(), { outcome: 'skipped', reason: 'no usable connection' });
  expect(state).toMatchObject({ stepIndex: 1, phase: 'ready' });
  expect(entries).toMatchObject([{ status: 'skipped', message: 'Skipped: no usable connection' }]);
});

test('a failure that may pass is tried again, after pauses that double, 5 times in all', () => {
  let out = callOut();
  const pauses: number[] = [];
  for (let attempt = 1; attempt < 5; attempt++) {
    const { state, entries } = settle(out, busy);
    expect(entries).toMatchObject([{ status: 'retrying', attempt, error: 'busy' }]);
    expect(state).toMatchObject({ status: 'active', stepIndex: 0, phase: 'effect', attempt: attempt + 1 });
    pauses.push(((state.wakeAt ?? 0) - now.getTime()) / 1_000);
    out = { ...out, run: { ...out.run, state } };
  }
  expect(pauses).toEqual([10, 20, 40, 80]);
  expect(settle(out, busy)).toMatchObject({ state: { status: 'failed' }, entries: [{ status: 'failed', attempt: 5 }] });
});

test.each<[string, object, number | undefined, number, number]>([
  ['least jitter', {}, undefined, 0, 8],
  ['most jitter', {}, undefined, 1, 12],
  ['own backoff', { retry: { backoff_seconds: 100 } }, undefined, 0.5, 100],
  ['the answer asks for longer', {}, 120, 0.5, 120],
  ['the answer asks for less', {}, 1, 0.5, 10],
  ['the answer asks for too long', {}, 1e9, 0.5, 86_400],
])('the pause after a failure: %s', (_name, more, retryAfterSeconds, random, seconds) => {
  const { state } = settle(callOut(more), { ...busy, retryAfterSeconds } as EffectResult, random);
  expect(((state.wakeAt ?? 0) - now.getTime()) / 1_000).toBe(seconds);
});

test('a pause is at most 6 hours', () => {
  const out = callOut({ retry: { max_attempts: 20, backoff_seconds: 3_600 } });
  const run: Run = { ...out.run, state: { ...out.run.state, attempt: 15 } };
  expect((settle({ ...out, run }, busy).state.wakeAt ?? 0) - now.getTime()).toBe(6 * 3_600_000);
});

test.each<[object, EffectResult, object]>([
  [{}, refused, { status: 'failed', stepIndex: 0, phase: 'ready', wakeAt: null }],
  [{ on_error: 'continue' }, refused, { status: 'active', stepIndex: 1, phase: 'ready' }],
  [{ on_error: 'z' }, refused, { status: 'active', stepIndex: 2, phase: 'ready' }],
  [{ retry: { max_attempts: 1 } }, busy, { status: 'failed' }],
])('a failure for good with %j: %j', (more, result, state) => {
  const outcome = settle(callOut(more, [log, { ...log, id: 'z' }]), result);
  expect(outcome).toMatchObject({ state, dataChanged: false, entries: [{ status: 'failed' }] });
});

test('a result that comes twice, late or for another step changes nothing', () => {
  const out = callOut();
  const { state, data } = settle(out, busy);
  const retrying = { ...out, run: { ...out.run, state, data } };
  const nothing = { state, data, dataChanged: false, entries: [], work: 0 };
  expect(settle(retrying, done, 0.5, 1)).toEqual(nothing);
  expect(settleEffect(out.definition, retrying.run, { stepIndex: 1, stepId: 's1', attempt: 2 }, done, now, 0)).toEqual(
    nothing,
  );
  expect(settleEffect(out.definition, retrying.run, { stepIndex: 0, stepId: 'old', attempt: 2 }, done, now, 0)).toEqual(
    nothing,
  );
  const ready = settle(retrying, done);
  const settled = { ...out, run: { ...out.run, state: ready.state, data: ready.data } };
  for (const attempt of [2, 0]) {
    expect(settle(settled, done, 0.5, attempt)).toEqual({ ...nothing, state: ready.state, data: ready.data });
  }
});

test('a run whose effect is out does not advance', () => {
  const { definition, run } = callOut();
  expect(advance(definition, run, now)).toEqual({
    state: run.state,
    data: run.data,
    dataChanged: false,
    entries: [],
    work: 0,
  });
});

test('automatic retries keep the key, a retry by a person makes a new one', () => {
  const out = callOut();
  const failed = settle(out, refused);
  const run = { ...out.run, state: retryStep(out.definition, failed) };
  expect(advance(out.definition, out.run, now).effect).toBeUndefined();
  expect(advance(out.definition, run, now).effect?.key).toBe('e-1:call:2');
});

test('an output that makes the data too large fails the step', () => {
  const output = { response: 'x'.repeat(2 ** 20) };
  const { state, entries, data } = settle(callOut(), { outcome: 'succeeded', message: 'ok', output });
  expect(state.status).toBe('failed');
  expect(entries).toMatchObject([{ status: 'failed', error: 'the data of the run would be larger than 1 MiB' }]);
  expect(data).toEqual({ old: 1 });
});
