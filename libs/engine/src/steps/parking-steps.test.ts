import type { JsonObject } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { defineWorkflow, newRun } from '../../test/workflow.ts';
import { advance, type EffectResult, eventMatchOf, settleEffect, testRun } from '../index.ts';

const now = new Date('2026-03-28T12:00:00Z');
const log = (id: string) => ({ type: 'log', id, message: id });
const end = { type: 'end', id: 'over' };

function parked(step: object, data: JsonObject = {}, timezone = 'UTC') {
  const definition = defineWorkflow([{ id: 'park', ...step }, log('a'), end, log('b')]);
  const run = newRun(data, { timezone });
  const moved = advance(definition, run, now);
  return { definition, moved, run: { ...run, state: moved.state, data: moved.data } };
}

function settle({ definition, run }: ReturnType<typeof parked>, result: EffectResult) {
  return settleEffect(definition, run, { stepIndex: 0, stepId: 'park', attempt: 1 }, result, now, 0);
}

test('a wait for an event parks with its events, whose rules are rendered, until its timeout on the calendar', () => {
  const step = {
    type: 'wait_for_event',
    event_name: 'order.paid',
    match: { conditions: [{ field: 'properties.id', operator: 'equals', value: '{{ order }}' }] },
    timeout: { duration: 1, unit: 'days' },
  };
  const { moved } = parked(step, { order: 'o-{{ 7 }}' }, 'Europe/Berlin');
  expect(moved.state).toMatchObject({ phase: 'parked', stepIndex: 0, attempt: 1 });
  expect(new Date(moved.state.wakeAt ?? 0).toISOString()).toBe('2026-03-29T11:00:00.000Z');
  expect(moved.parked).toMatchObject({
    key: 'e-1:park:1',
    kind: 'wait_for_event',
    request: {
      look_back: 'entry',
      events: [
        {
          event_name: 'order.paid',
          exit: 'on_event',
          match: { match: 'all', conditions: [{ field: 'properties.id', operator: 'equals', value: 'o-{{ 7 }}' }] },
        },
      ],
    },
  });
  expect(moved.entries).toMatchObject([
    { status: 'waiting', message: 'Waiting for order.paid, 1 day at most (until 2026-03-29T11:00:00Z)' },
  ]);
});

test('a rendered rule is not evaluated again', () => {
  const matchOf = (value: string) =>
    eventMatchOf(JSON.stringify({ conditions: [{ field: 'a', operator: 'equals', value }] }));
  const matches = matchOf('{{ b }}');
  const at = { now, timezone: 'UTC' };
  expect(matches({ a: '{{ b }}', b: 'x' }, at).matches).toBe(true);
  expect(matches({ a: 'x', b: 'x' }, at).matches).toBe(false);
  expect(matchOf('{{ broken')({}, at).matches).toBe(false);
});

test.each<[object, string, string]>([
  [{ type: 'wait_for_event', event_name: 'e', on_event: 'b', on_timeout: 'a' }, 'on_event', 'b'],
  [{ type: 'wait_for_event', event_name: 'e', on_event: 'b', on_timeout: 'a' }, 'on_timeout', 'a'],
  [{ type: 'wait_for_event', events: [{ event_name: 'e' }, { event_name: 'f', go_to: 'b' }] }, 'events.0.go_to', 'a'],
  [{ type: 'wait_for_event', events: [{ event_name: 'e' }, { event_name: 'f', go_to: 'b' }] }, 'events.1.go_to', 'b'],
  [{ type: 'approval', message: 'ok?', on_approved: 'b', on_rejected: 'a' }, 'on_approved', 'b'],
  [{ type: 'approval', message: 'ok?', on_approved: 'b', on_rejected: 'a' }, 'on_rejected', 'a'],
])('%j leaves by %s to %s', (step, exit, next) => {
  const out = parked(step);
  const { state } = settle(out, { outcome: 'succeeded', message: 'settled', exit });
  expect(out.definition.steps[state.stepIndex]?.id).toBe(next);
});

test('without a jump, an event and an approval go on, and a timeout and a rejection end', () => {
  for (const [step, exit, goesOn] of [
    [{ type: 'wait_for_event', event_name: 'e' }, 'on_event', true],
    [{ type: 'wait_for_event', event_name: 'e' }, 'on_timeout', false],
    [{ type: 'approval', message: 'ok?' }, 'on_approved', true],
    [{ type: 'approval', message: 'ok?' }, 'on_rejected', false],
    [{ type: 'approval', message: 'ok?' }, 'on_timeout', false],
  ] as const) {
    const { state } = settle(parked(step), { outcome: 'succeeded', message: 'settled', exit });
    expect([step.type, exit, state.status === 'active']).toEqual([step.type, exit, goesOn]);
  }
});

test('an approval asks those who may decide, the least role first, and shows what is decided', () => {
  const { moved } = parked(
    {
      type: 'approval',
      message: 'Offer {{ name }} 10 %?',
      roles: ['Admin', 'approver'],
      timeout: { duration: '{{ n }}', unit: 'hours' },
    },
    { name: 'Ada', n: 2 },
  );
  expect(moved.parked?.request).toEqual({
    message: 'Offer Ada 10 %?',
    roles: ['approver', 'admin'],
    allow_api_keys: false,
    preview: { message: 'Offer Ada 10 %?' },
  });
  expect(moved.state.wakeAt).toBe(now.getTime() + 7_200_000);
});

test('an approval shows the effect that follows it, and nothing of it that may be secret', () => {
  const previewOf = (next: object, data: JsonObject) => {
    const definition = defineWorkflow([
      { type: 'approval', message: 'ok?', on_approved: 'next' },
      { id: 'next-one', ...next },
    ]);
    return advance(definition, newRun(data), now).parked?.request['preview'];
  };
  const mail = { type: 'email', name: 'Offer', subject: 'For {{ first_name }}', body: 'Hi {{ nobody }}' };
  expect(previewOf(mail, { email: 'ada@example.com', first_name: 'Ada' })).toMatchObject({
    message: 'ok?',
    effect: {
      step_id: 'next-one',
      step_name: 'Offer',
      type: 'email',
      to: 'ada@example.com',
      subject: 'For Ada',
      text: 'Hi ',
    },
  });
  const callback = {
    type: 'webhook_callback',
    url: 'https://a.example/{{ key }}',
    headers: { 'X-Key': '{{ key }}' },
    payload: 1,
  };
  expect(previewOf(callback, { key: 'secret' })).toEqual({
    message: 'ok?',
    effect: { step_id: 'next-one', step_name: 'Outbound Webhook', type: 'webhook_callback', method: 'POST', body: '1' },
  });
  // A skipped or failed step, and a step without an effect, have no preview.
  expect(previewOf(mail, {})).toEqual({ message: 'ok?' });
  expect(previewOf({ type: 'log', message: 'x' }, {})).toEqual({ message: 'ok?' });
});

test('a timeout that is no length of time fails the step before it waits', () => {
  const { moved } = parked(
    { type: 'approval', message: 'x', timeout: { duration: '{{ n }}', unit: 'days' } },
    { n: 400 },
  );
  expect(moved.entries).toMatchObject([
    { status: 'failed', error: 'timeout.duration must be at most a year, but it is "400"' },
  ]);
});

test('a held effect is due again as the same attempt, and its line names the rule; an accepted one is parked', () => {
  const definition = defineWorkflow([{ type: 'email', id: 'mail', subject: 'x', body: 'x' }]);
  const run = newRun({ email: 'a@b.c' });
  const out = { ...run, state: advance(definition, run, now).state };
  const effect = { stepIndex: 0, stepId: 'mail', attempt: 1 };
  const until = now.getTime() + 60_000;
  const lostTo = { workflowId: '3', enrollmentId: '4' };
  const held = settleEffect(
    definition,
    out,
    effect,
    { outcome: 'held', until, rule: 'cap', reason: 'one mail a day', lostTo },
    now,
    0,
  );
  expect(held.state).toMatchObject({ phase: 'effect', wakeAt: until, attempt: 1 });
  expect(held.entries).toMatchObject([{ status: 'waiting', heldBy: { rule: 'cap', until, lostTo } }]);
  const accepted = settleEffect(definition, out, effect, { outcome: 'accepted', until, message: 'Taken on' }, now, 0);
  expect(accepted.state).toMatchObject({ phase: 'parked', wakeAt: until, attempt: 1 });
});

test('in a test run the first event comes, approvals are given, and services answer', () => {
  const steps = [
    { type: 'wait_for_event', events: [{ event_name: 'order.paid', go_to: 'ask' }, { event_name: 'x' }] },
    log('skipped'),
    { type: 'approval', id: 'ask', message: 'Go on?' },
    { type: 'agent', agent_id: 9, save_as: 'reply' },
    { type: 'score_lead' },
    { type: 'condition', conditions: [{ field: 'score.qualified', operator: 'equals', value: true }] },
    { type: 'alert', message: '{{ event.name }}' },
    { type: 'integration_action', integration_id: 'hs', action: 'create_note' },
  ];
  const { status, steps: visited } = testRun(defineWorkflow(steps), { data: {}, timezone: 'UTC', now });
  expect(status).toBe('completed');
  expect(visited.map(({ logs }) => logs.at(-2))).toEqual([
    '[test] Would continue with order.paid',
    '[test] Would continue as approved',
    '[test] Would run agent 9',
    '[test] Would score by the agent of the enrollment',
    undefined,
    '[test] Would post to the channel of the connection by slack',
    '[test] Would call create_note of hubspot',
  ]);
});
