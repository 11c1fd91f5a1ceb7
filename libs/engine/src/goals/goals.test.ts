import type { JsonObject } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { advance } from '../advance.ts';
import { compileDefinition, type Definition } from '../definition.ts';
import type { Run } from '../run.ts';
import type { Settings } from '../settings/settings.ts';
import { settleEffect } from '../settle-effect.ts';
import { startRun } from '../start-run.ts';
import type { Step } from '../step.ts';
import { watchedUntil } from './compile-goals.ts';
import { goalsOfEvent } from './goals-of-event.ts';

const now = new Date('2026-05-06T08:00:00Z');
const dayMs = 86_400_000;
const scored = [{ field: 'score', operator: 'greater_or_equal' as const, value: 50 }];
const rule = { match: 'all' as const, conditions: scored };

const steps: Step[] = (
  [
    { type: 'set_fields', config: { fields: { a: '1' } } },
    { type: 'wait', config: { duration: 1, unit: 'hours' } },
    { type: 'webhook_callback', config: { url: 'https://example.com' } },
    { type: 'log', config: { message: 'Done' } },
  ] as { type: string; config: JsonObject }[]
).map((step, position) => ({ id: `s${position}`, name: step.type, position, ...step }));

const define = (goals: Settings['goals']) =>
  compileDefinition({ workflowId: '1', version: 1, steps, settings: { goals } });

function runOf(more: Partial<Run> = {}): Run {
  const ids = { enrollmentKey: 'e', contactKey: 'c', timezone: 'UTC', mode: 'live' as const };
  return { ...ids, enteredAt: now.getTime(), state: startRun(), data: {}, ...more };
}

const messages = (moved: ReturnType<typeof advance>) => moved.entries.map(({ message }) => message);

test('a rule that holds ends the run before its next step, with the goal as its outcome', () => {
  const moved = advance(define([{ name: 'rich', ...rule, action: 'exit' }]), runOf({ data: { score: 60 } }), now);
  expect(moved).toMatchObject({
    outcome: 'goal:rich',
    metGoals: ['rich'],
    state: { status: 'completed', stepIndex: 0 },
  });
  expect(messages(moved)).toEqual(['Goal "rich" was met: the run ends']);
});

test('a goal that is counted lets the run go on, and counts once', () => {
  const definition = define([{ name: 'rich', ...rule, action: 'count' }]);
  const first = advance(definition, runOf({ data: { score: 60 } }), now);
  expect(first).toMatchObject({ metGoals: ['rich'], state: { phase: 'waiting', goals: { met: ['rich'] } } });
  const later = new Date(now.getTime() + 3_600_000);
  const second = advance(definition, runOf({ state: first.state, data: first.data }), later);
  expect(second.metGoals).toEqual([]);
});

test('of two goals at once the first in the array acts', () => {
  const [one, two] = ['one', 'two'].map((name) => ({ name, ...rule, action: 'exit' as const }));
  const moved = advance(define([one, two].flatMap((goal) => goal ?? [])), runOf({ data: { score: 60 } }), now);
  expect(moved).toMatchObject({ outcome: 'goal:one', metGoals: ['one'] });
});

test('after its window a goal is not met', () => {
  const definition = define([{ name: 'rich', ...rule, action: 'exit', window: { duration: 1, unit: 'days' } }]);
  const run = (enteredAt: number) => advance(definition, runOf({ data: { score: 60 }, enteredAt }), now).outcome;
  expect(run(now.getTime() - dayMs)).toBe('goal:rich');
  expect(run(now.getTime() - dayMs - 1)).toBeUndefined();
});

test('a jump goes back once, and what is done again has new keys', () => {
  const definition = define([{ name: 'again', event_name: 'again', match: 'all', action: 'jump', go_to: 's2' }]);
  const at = { ...startRun(), stepIndex: 2 };
  const first = advance(definition, runOf({ state: at }), now);
  const effect = { stepIndex: 2, stepId: 's2', attempt: 1 };
  const due = { ...first.state, goals: { met: ['again'], due: [0] } };
  const settled = settleEffect(definition, runOf({ state: due }), effect, { outcome: 'skipped', reason: 'x' }, now, 0);
  expect(settled.state).toMatchObject({ stepIndex: 2, phase: 'ready', goals: { met: ['again'], due: [] } });
  const second = advance(definition, runOf({ state: settled.state }), now);
  expect([first.effect?.key, second.effect?.key]).toEqual(['e:s2:1', 'e:s2:2']);
});

test('a goal that an event met ends a wait', () => {
  const definition = define([{ name: 'bought', event_name: 'paid', match: 'all', action: 'exit' }]);
  const waiting = advance(definition, runOf(), now);
  const state = { ...waiting.state, wakeAt: now.getTime(), goals: { met: ['bought'], due: [0] } };
  const moved = advance(definition, runOf({ state }), now);
  expect(moved).toMatchObject({ outcome: 'goal:bought', state: { status: 'completed' } });
  expect(messages(moved)).toEqual(['Goal "bought" was met: the run ends']);
});

test.each([
  [{ outcome: 'succeeded', message: 'Answered 200' } as const, 'Answered 200'],
  [{ outcome: 'failed', error: 'refused', retryable: true } as const, 'Failed: refused'],
  [{ outcome: 'failed', error: 'refused', retryable: false } as const, 'Failed: refused'],
  [{ outcome: 'held', until: 0, rule: 'cap', reason: 'a cap' } as const, 'Skipped: a goal was met'],
])('an effect that is out is settled first, whatever comes of it: %j', (result, line) => {
  const definition = define([{ name: 'bought', event_name: 'paid', match: 'all', action: 'exit' }]);
  const out = advance(definition, runOf({ state: { ...startRun(), stepIndex: 2 } }), now);
  const run = runOf({ state: { ...out.state, goals: { met: ['bought'], due: [0] } } });
  const moved = settleEffect(definition, run, { stepIndex: 2, stepId: 's2', attempt: 1 }, result, now, 0);
  expect(moved).toMatchObject({ outcome: 'goal:bought', state: { status: 'completed' } });
  expect(messages(moved)).toEqual([line, 'Goal "bought" was met: the run ends']);
});

function ofEvent(
  definition: Definition,
  name: string,
  more: { contact?: object; met?: string[]; endedAt?: number } = {},
) {
  const { contact = {}, met = [], endedAt } = more;
  const event = { name, contact: contact as Run['data'], properties: {} };
  const at = now.getTime();
  const ended = endedAt === undefined ? {} : { endedAt };
  const o = {
    event,
    data: { score: 10 },
    met: new Set(met),
    at,
    enteredAt: at - 5 * dayMs,
    timezone: 'UTC',
    contactKey: 'c',
  };
  return goalsOfEvent(definition.goals, { ...o, ...ended }).goals.map((goal) => goal.name);
}

test('an event meets the goals of its name and the rules that hold with its contact, up to the first that acts', () => {
  const definition = define([
    { name: 'seen', event_name: 'paid', match: 'all', action: 'count' },
    { name: 'rich', ...rule, action: 'exit' },
    { name: 'late', event_name: 'paid', match: 'all', action: 'exit' },
  ]);
  expect(ofEvent(definition, 'other')).toEqual([]);
  expect(ofEvent(definition, 'other', { contact: { score: 70 } })).toEqual(['rich']);
  expect(ofEvent(definition, 'paid', { contact: { score: 70 } })).toEqual(['seen', 'rich']);
  expect(ofEvent(definition, 'paid', { met: ['seen', 'rich'] })).toEqual(['late']);
});

test('a goal outlives its run by its window, at most 90 days', () => {
  const window = { duration: 30, unit: 'weeks' as const };
  const definition = define([
    { name: 'short', event_name: 'paid', match: 'all', action: 'exit' },
    { name: 'long', event_name: 'paid', match: 'all', action: 'exit', window },
  ]);
  const endedAt = now.getTime() - dayMs;
  expect(ofEvent(definition, 'paid', { endedAt })).toEqual(['long']);
  expect(ofEvent(definition, 'paid', { endedAt: now.getTime() - 91 * dayMs })).toEqual([]);
  const [short, long] = definition.goals;
  const times = { enteredAt: 0, endedAt: 10 * dayMs, timezone: 'UTC' };
  expect(watchedUntil(short ? [short] : [], times)).toBeUndefined();
  expect(watchedUntil(long ? [long] : [], times)).toBe(100 * dayMs);
});
