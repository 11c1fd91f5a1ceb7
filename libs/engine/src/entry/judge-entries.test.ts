import { expect, test } from '@jest/globals';
import { createCompilation } from '../compilation.ts';
import { keyHash } from './entry-key.ts';
import { judgeEntries } from './judge-entries.ts';
import { compileReEntry, judgeReEntry } from './re-entry.ts';

const ms = (text: string) => Date.parse(text);
const now = ms('2026-05-06T12:00:00Z');
const utc = { now, timezone: 'UTC' };
const day = { duration: 1, unit: 'days' } as const;

function judge(rule: Parameters<typeof compileReEntry>[0], entered: string[], running = 0, at = utc) {
  const compiled = compileReEntry(rule, createCompilation({}));
  if (compiled === undefined) throw new Error('the rule refuses nothing');
  const verdict = judgeReEntry(compiled, { enteredAt: entered.map(ms), running }, at);
  if (verdict.isAllowed) return 'allowed';
  return verdict.allowedAt === undefined ? 'refused' : new Date(verdict.allowedAt).toISOString();
}

test.each([
  ['never, for the first time', { mode: 'never' as const }, [], 0, 'allowed'],
  ['never, again', { mode: 'never' as const }, ['2020-01-01T00:00:00Z'], 0, 'refused'],
  ['after the exit, while it runs', { mode: 'after_exit' as const }, ['2026-05-06T00:00:00Z'], 1, 'refused'],
  ['after the exit, when it has ended', { mode: 'after_exit' as const }, ['2026-05-06T00:00:00Z'], 0, 'allowed'],
  [
    'within the gap',
    { mode: 'min_gap' as const, min_gap: day },
    ['2026-05-06T11:00:00Z'],
    0,
    '2026-05-07T11:00:00.000Z',
  ],
  ['at the end of the gap', { mode: 'min_gap' as const, min_gap: day }, ['2026-05-05T12:00:00Z'], 0, 'allowed'],
  ['two at once, of two', { mode: 'always' as const, concurrent: 2 }, ['2026-05-06T11:00:00Z'], 2, 'refused'],
  ['two at once, of one', { mode: 'always' as const, concurrent: 2 }, ['2026-05-06T11:00:00Z'], 1, 'allowed'],
])('%s', (_name, rule, entered, running, expected) => {
  expect(judge(rule, entered, running)).toBe(expected);
});

test('at most two in a day: the second newest decides when the next may come', () => {
  const rule = { mode: 'always' as const, max_per: { count: 2, ...day } };
  expect(judge(rule, ['2026-05-06T11:00:00Z'])).toBe('allowed');
  expect(judge(rule, ['2026-05-06T11:00:00Z', '2026-05-05T20:00:00Z'])).toBe('2026-05-06T20:00:00.000Z');
  expect(judge(rule, ['2026-05-06T11:00:00Z', '2026-05-05T12:00:00Z'])).toBe('allowed');
});

test('a gap of a day is one by the calendar, also on the day of 23 hours and on that of 25', () => {
  const rule = { mode: 'min_gap' as const, min_gap: day };
  const at = (text: string) => ({ now: ms(text), timezone: 'Europe/Berlin' });
  // Clocks go forward on 29 March 2026 and back on 25 October 2026.
  expect(judge(rule, ['2026-03-28T12:00:00Z'], 0, at('2026-03-29T10:59:00Z'))).toBe('2026-03-29T11:00:00.000Z');
  expect(judge(rule, ['2026-03-28T12:00:00Z'], 0, at('2026-03-29T11:00:00Z'))).toBe('allowed');
  expect(judge(rule, ['2026-10-24T12:00:00Z'], 0, at('2026-10-25T12:59:00Z'))).toBe('2026-10-25T13:00:00.000Z');
});

test('rows of one call are judged by those before them, and one that nothing identifies always enters', () => {
  const rules = {
    workflowId: '7',
    reEntry: compileReEntry({ mode: 'never' }, createCompilation({})),
    holdoutPercent: 0,
  };
  const [a, b] = [keyHash('a'), keyHash('b')];
  const arrivals = [a, b, a, undefined, undefined].map((key) => ({ key, contactKey: String(key) }));
  const past = new Map([[b, { enteredAt: [now - 1], running: 1 }]]);
  expect(judgeEntries(rules, arrivals, { past, ...utc }).map(({ decision }) => decision)).toEqual([
    ...['enter', 'refused', 'refused', 'enter', 'enter'],
  ]);
});

test('about as many people are held out as the percentage says, the same ones each time, others in another workflow', () => {
  const people = Array.from({ length: 5_000 }, (_, index) => ({ key: undefined, contactKey: `p${index}@example.com` }));
  const heldOut = (workflowId: string) =>
    judgeEntries({ workflowId, reEntry: undefined, holdoutPercent: 10 }, people, { past: new Map(), ...utc }).flatMap(
      ({ decision }, index) => (decision === 'holdout' ? [index] : []),
    );
  const one = heldOut('1');
  expect(one.length).toBeGreaterThan(400);
  expect(one.length).toBeLessThan(600);
  expect(heldOut('1')).toEqual(one);
  expect(heldOut('2')).not.toEqual(one);
});
