import type { JsonObject } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { defineWorkflow, newRun } from '../../test/workflow.ts';
import { advance, type Run } from '../index.ts';

const now = new Date('2026-05-06T08:00:00Z');

function take(step: object, data: JsonObject = {}, more: Partial<Run> = {}) {
  const definition = defineWorkflow([step, { type: 'log', id: 'other', message: 'x' }, { type: 'end', id: 'last' }]);
  return advance(definition, newRun(data, more), now, 1);
}

/** Runs one step. Returns the index of the next step, and the status and the message of the timeline's line. */
function outcomeOf(step: object, data: JsonObject = {}, more: Partial<Run> = {}) {
  const { state, entries } = take(step, data, more);
  const [entry] = entries;
  return [state.stepIndex, entry?.status, entry?.message];
}

test.each<[string, object, JsonObject, unknown[]]>([
  ['trigger', { type: 'trigger' }, {}, [1, 'succeeded', 'Started']],
  ['webhook', { type: 'webhook' }, {}, [1, 'succeeded', 'Inbound contract: passed through']],
  ['log', { type: 'log', message: 'Hi {{ name }}' }, { name: 'Ada' }, [1, 'succeeded', 'Hi Ada']],
  ['log of a level', { type: 'log', message: 'Hi', level: 'error' }, {}, [1, 'succeeded', 'error: Hi']],
  [
    'log that fails',
    { type: 'log', message: '{{ "%" | url_decode }}' },
    {},
    [0, 'failed', 'Failed: a template could not be rendered: URI malformed, line:1, col:1'],
  ],
  ['end', { type: 'end' }, {}, [0, 'succeeded', 'Ended as completed']],
  [
    'end with a reason',
    { type: 'end', status: 'cancelled', reason: '{{ why }}' },
    { why: 'no fit' },
    [0, 'succeeded', 'Ended as cancelled: no fit'],
  ],
])('%s', (_name, step, data, expected) => {
  expect(outcomeOf(step, data)).toEqual(expected);
});

const above50 = { field: 'score', operator: 'greater_than', value: 50 };
const isAda = { field: 'person.name', operator: 'equals', value: '{{ wanted }}' };

test.each<[string, object, JsonObject, number]>([
  ['all hold', { conditions: [above50, isAda] }, { score: 51, person: { name: 'Ada' }, wanted: 'Ada' }, 1],
  ['one does not', { conditions: [above50, isAda], on_false: 'last' }, { score: 51, wanted: 'Ada' }, 2],
  ['any holds', { match: 'any', conditions: [above50, isAda], on_true: 'last' }, { score: 51 }, 2],
  ['none holds', { match: 'any', conditions: [above50], on_false: 'next' }, { score: 50 }, 1],
  ['an own member may have dots in its name', { conditions: [isAda] }, { 'person.name': 'A', wanted: 'A' }, 1],
  [
    'an item of an array',
    { conditions: [{ field: 'tags.1', operator: 'equals', value: 'b' }] },
    { tags: ['a', 'b'] },
    1,
  ],
  ['no inherited member', { conditions: [{ field: 'constructor.name', operator: 'not_exists' }] }, {}, 1],
])('condition: %s', (_name, config, data, index) => {
  expect(take({ type: 'condition', ...config }, data).state.stepIndex).toBe(index);
});

test('a condition that does not hold ends the run unless told otherwise', () => {
  const { state, entries } = take({ type: 'condition', conditions: [above50] });
  expect([state.status, entries[0]?.message]).toEqual(['completed', 'False: going to end']);
});

test.each<[JsonObject, unknown[]]>([
  [{ score: 51, person: { name: 'x' }, wanted: 'x' }, [1, 'succeeded', 'Branch High: going to next']],
  [{ person: { name: 'x' }, wanted: 'x' }, [2, 'succeeded', 'Branch 2: going to last']],
  [{ wanted: 'x' }, [1, 'succeeded', 'No branch matched: going to other']],
])('branch: %j', (data, expected) => {
  const branches = [
    { name: 'High', conditions: [above50], go_to: 'next' },
    { match: 'any', conditions: [isAda], go_to: 'last' },
  ];
  expect(outcomeOf({ type: 'branch', branches, default: 'other' }, data)).toEqual(expected);
});

test('a split divides by weight, and sends a contact the same way each time', () => {
  const variants = [
    { name: 'A', weight: 3 },
    { name: 'B', weight: 1, go_to: 'last' },
    { name: 'never', weight: 0 },
  ];
  const step = { type: 'split', id: 'split', variants };
  const ways = Array.from({ length: 4_000 }, (_, index) => outcomeOf(step, {}, { contactKey: `c${index}` })[2]);
  const share = ways.filter((way) => way === 'Variant A: going to next').length / ways.length;
  expect(share).toBeGreaterThan(0.72);
  expect(share).toBeLessThan(0.78);
  expect(new Set(ways).size).toBe(2);
  expect(outcomeOf(step, {}, { contactKey: 'c7' })[2]).toBe(ways[7]);
});

test('splits of one workflow divide independently of each other', () => {
  const variants = [{ name: 'A' }, { name: 'B', go_to: 'last' }];
  const way = (id: string, index: number) =>
    outcomeOf({ type: 'split', id, variants }, {}, { contactKey: `c${index}` })[2];
  const same = Array.from({ length: 1_000 }, (_, index) => way('one', index) === way('two', index)).filter(Boolean);
  expect(Math.abs(same.length - 500)).toBeLessThan(80);
});

test('set_fields replaces fields of the same name, whole', () => {
  const fields = {
    full: '{{ first }} {{ last }}',
    company: { name: '{{ first }} Ltd', tags: ['{{ last }}', 1] },
    n: 5,
  };
  const data = { first: 'Ada', last: 'L', company: { name: 'old', city: 'London' } };
  const result = take({ type: 'set_fields', fields }, data);
  const output = { full: 'Ada L', company: { name: 'Ada Ltd', tags: ['L', 1] }, n: 5 };
  expect(result).toMatchObject({ data: { ...data, ...output }, dataChanged: true, entries: [{ output }] });
  expect(data.company).toEqual({ name: 'old', city: 'London' });
});

test('a variable that is missing is rendered empty and leaves a warning', () => {
  const { entries } = take({ type: 'log', message: 'Hi {{ name }} and {{ name }}' });
  expect(entries).toMatchObject([{ message: 'Hi  and ', warnings: ['name is missing and was rendered empty'] }]);
});

test.each<[object, JsonObject, string, string]>([
  [{ duration: 1, unit: 'hours' }, {}, 'UTC', 'Waiting 1 hour (until 2026-05-06T09:00:00Z)'],
  [{ duration: '{{ n }}', unit: 'days' }, { n: 2 }, 'UTC', 'Waiting 2 days (until 2026-05-08T08:00:00Z)'],
  [{ until: '{{ at }}' }, { at: '2026-05-07 09:00' }, 'Europe/Berlin', 'Waiting 23 hours (until 2026-05-07T07:00:00Z)'],
  [
    { time_of_day: '09:30', days_of_week: ['mon'] },
    {},
    'Europe/Berlin',
    'Waiting 4 days 23 hours (until 2026-05-11T07:30:00Z)',
  ],
])('wait %j', (config, data, timezone, message) => {
  const { state, entries } = take({ type: 'wait', ...config }, data, { timezone });
  expect(entries).toMatchObject([{ status: 'waiting', message }]);
  expect(state).toMatchObject({ status: 'active', stepIndex: 0, phase: 'waiting' });
  expect(message).toContain(new Date(state.wakeAt ?? 0).toISOString().replace('.000Z', 'Z'));
});

test('a point in time that is past is not waited for', () => {
  const { state, entries } = take({ type: 'wait', until: '2026-05-06' });
  expect(entries).toMatchObject([{ status: 'succeeded', message: 'Did not wait: 2026-05-06T00:00:00Z is past' }]);
  expect(state).toMatchObject({ stepIndex: 1, phase: 'ready' });
});

test.each<[object, JsonObject, string]>([
  [{ duration: '{{ n }}', unit: 'days' }, { n: 'soon' }, 'duration must be a number, but it is "soon"'],
  [{ duration: '{{ n }}', unit: 'days' }, {}, 'duration must be a number, but it is ""'],
  [{ duration: '{{ n }}', unit: 'days' }, { n: 0.5 }, 'duration must be at least 1, but it is "0.5"'],
  [{ duration: '{{ n }}', unit: 'weeks' }, { n: 1e9 }, 'duration must be at most 10 years, but it is "1000000000"'],
  [{ until: '{{ at }}' }, { at: 'soon' }, 'until must be a timestamp, but it is "soon"'],
  [{ until: '{{ at }}' }, { at: '2099-01-01' }, 'a wait can be at most 10 years long'],
])('wait %j with %j fails', (config, data, error) => {
  expect(take({ type: 'wait', ...config }, data)).toMatchObject({ state: { status: 'failed' }, entries: [{ error }] });
});

test('a zone that does not exist fails the wait, not the engine', () => {
  const result = take({ type: 'wait', duration: 1, unit: 'days' }, {}, { timezone: 'Mars/Base' });
  expect(result.entries).toMatchObject([{ error: "the wait can't be reckoned in time zone Mars/Base" }]);
});
