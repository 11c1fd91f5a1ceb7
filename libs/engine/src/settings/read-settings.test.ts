import { parseJson } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { atOnce } from '../in-turns.ts';
import { objectOf } from '../json-value.ts';
import { checkSettingsInTurns, readSettings } from './read-settings.ts';

function read(given: unknown, strict = false) {
  const settings = objectOf(parseJson(JSON.stringify(given))) ?? {};
  const checked = atOnce(checkSettingsInTurns(settings));
  const form = readSettings(settings, { stepIds: ['offer', 'done'], strict });
  return { ...form, problems: [...checked, ...form.problems] };
}

test('members that say no more than the default are left out, so that they make no new version', () => {
  const given = {
    goals: [],
    re_entry: { mode: 'always' },
    holdout: { percent: 0 },
    priority: 50,
    class: 'Marketing',
  };
  expect(read(given)).toEqual({ settings: {}, problems: [] });
  expect(read({ goals: null, re_entry: null, holdout: null, priority: null, class: null }).settings).toEqual({});
});

test('what is given is kept, with the defaults of its members', () => {
  const given = {
    goals: [
      { name: ' bought ', event_name: 'order.paid', action: 'Exit', window: { duration: 30, unit: 'days' } },
      {
        name: 'rich',
        conditions: [{ field: 'score', operator: 'greater_than', value: 90 }],
        action: 'jump',
        go_to: 'done',
      },
    ],
    re_entry: { mode: 'min_gap', min_gap: { duration: 1, unit: 'days' }, key: '{{ email }}' },
    holdout: { percent: 2.5 },
    priority: 0,
    class: 'transactional',
  };
  const { settings, problems } = read(given);
  expect(problems).toEqual([]);
  expect(settings).toMatchObject({ ...given, goals: [{ name: 'bought', action: 'exit' }, given.goals[1]] });
  expect(readSettings(objectOf(parseJson(JSON.stringify(settings))) ?? {}, { stepIds: ['done'] }).settings).toEqual(
    settings,
  );
});

test.each([
  [{ goals: {} }, 'goals', 'type'],
  [{ goals: Array(21).fill({ name: 'a', event_name: 'x' }) }, 'goals', 'length'],
  [{ goals: [{ event_name: 'x' }] }, 'goals.0.name', 'required'],
  [{ goals: [{ name: 'a\u0000', event_name: 'x' }] }, 'goals.0.name', 'format'],
  [{ goals: [{ name: 'a' }] }, 'goals.0.event_name', 'required'],
  [
    { goals: [{ name: 'a', event_name: 'x', conditions: [{ field: 'f', operator: 'exists' }] }] },
    'goals.0.conditions',
    'not_allowed',
  ],
  [
    { goals: [{ name: 'a', conditions: [{ field: 'f', operator: 'equls', value: 1 }] }] },
    'goals.0.conditions.0.operator',
    'enum',
  ],
  [{ goals: [{ name: 'a', event_name: 'x', action: 'stop' }] }, 'goals.0.action', 'enum'],
  [{ goals: [{ name: 'a', event_name: 'x', action: 'jump' }] }, 'goals.0.go_to', 'required'],
  [{ goals: [{ name: 'a', event_name: 'x', action: 'exit', go_to: 'done' }] }, 'goals.0.go_to', 'not_allowed'],
  [{ goals: [{ name: 'a', event_name: 'x', action: 'jump', go_to: 'doen' }] }, 'goals.0.go_to', 'not_found'],
  [{ goals: [{ name: 'a', event_name: 'x', action: 'jump', go_to: 'next' }] }, 'goals.0.go_to', 'not_found'],
  [
    {
      goals: [
        { name: 'a', event_name: 'x' },
        { name: 'a', event_name: 'y' },
      ],
    },
    'goals.1.name',
    'duplicate',
  ],
  [
    { goals: [{ name: 'a', event_name: 'x', window: { duration: 0, unit: 'days' } }] },
    'goals.0.window.duration',
    'range',
  ],
  [{ goals: [{ name: 'a', event_name: 'x', window: { duration: 1 } }] }, 'goals.0.window.unit', 'required'],
  [{ re_entry: 'never' }, 're_entry', 'type'],
  [{ re_entry: { mode: 'once' } }, 're_entry.mode', 'enum'],
  [{ re_entry: { mode: 'min_gap' } }, 're_entry.min_gap', 'required'],
  [{ re_entry: { mode: 'never', min_gap: { duration: 1, unit: 'days' } } }, 're_entry.min_gap', 'not_allowed'],
  [{ re_entry: { max_per: { count: 0, duration: 1, unit: 'days' } } }, 're_entry.max_per.count', 'range'],
  [{ re_entry: { max_per: { count: 1, duration: 1.5, unit: 'days' } } }, 're_entry.max_per.duration', 'range'],
  [{ re_entry: { key: '{{ email' } }, 're_entry.key', 'format'],
  [{ re_entry: { concurrent: 0 } }, 're_entry.concurrent', 'range'],
  [{ holdout: { percent: 101 } }, 'holdout.percent', 'range'],
  [{ holdout: {} }, 'holdout.percent', 'required'],
  [{ priority: 101 }, 'priority', 'range'],
  [{ priority: 1.5 }, 'priority', 'type'],
  [{ class: 'bulk' }, 'class', 'enum'],
])('%j is refused at %s as %s', (given, field, code) => {
  expect(read(given).problems).toContainEqual(expect.objectContaining({ field, code, message: expect.any(String) }));
});

test('a misspelt target and a misspelt member have a suggestion', () => {
  const goals = [{ name: 'a', event_name: 'x', action: 'jump', go_to: 'doen' }];
  expect(read({ goals }).problems).toMatchObject([{ field: 'goals.0.go_to', suggestion: 'done' }]);
  expect(read({ re_entry: { mod: 'never' } }).problems).toEqual([]);
  expect(read({ re_entry: { mod: 'never' } }, true).problems).toMatchObject([
    { field: 're_entry.mod', code: 'unknown_member', suggestion: 'mode' },
  ]);
  const window = { duration: 1, unit: 'days', units: 2 };
  expect(read({ goals: [{ name: 'a', event_name: 'x', window }] }, true).problems).toMatchObject([
    { field: 'goals.0.window.units', code: 'unknown_member' },
  ]);
});

test('a goal may have as much as a filter of events, and all settings together a little more', () => {
  const goal = (value: string) => ({ name: 'rich', conditions: [{ field: 'a', operator: 'equals', value }] });
  const room = 16 * 1024 - JSON.stringify(goal('')).length;
  expect(read({ goals: [goal('x'.repeat(room))] }).problems).toEqual([]);
  expect(read({ goals: [goal('x'.repeat(room + 1))] }).problems).toEqual([
    { field: 'goals.0', message: 'may be at most 16 KiB', code: 'length' },
  ]);
  expect(read({ goals: [goal('{{a}}'.repeat(500))] }).problems).toEqual([]);
  expect(read({ goals: [goal('{{a}}'.repeat(501))] }).problems).toEqual([
    { field: 'goals.0', message: 'may have at most 500 tags and outputs', code: 'length' },
  ]);
  const three = ['one', 'two', 'three'].map((name) => ({ ...goal('{{a}}'.repeat(400)), name }));
  expect(read({ goals: three.slice(1) }).problems).toEqual([]);
  expect(read({ goals: three }).problems).toEqual([
    { field: 'goals', message: 'may have at most 1000 tags and outputs in all', code: 'length' },
  ]);
  const large = Array.from({ length: 9 }, (_, index) => ({ ...goal('x'.repeat(15 * 1024)), name: `g${index}` }));
  expect(read({ goals: large }).problems).toEqual([
    { field: 'goals', message: 'and the other settings may be at most 128 KiB', code: 'length' },
  ]);
});
