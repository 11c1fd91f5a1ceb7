import { expect, test } from '@jest/globals';
import { createFilters } from '../webhooks/filter.ts';
import { decisionsOf } from './decisions.ts';

const now = new Date('2026-11-25T12:00:00Z');
const filters = createFilters();
const body = { data: { name: 'Nurture' } };

/** Makes the decisions of filters about one event. Each name stands for one of the largest filters. */
function decide(names: readonly string[]) {
  const judged: string[] = [];
  const decision = decisionsOf((filter) => {
    judged.push(filter);
    return filters.of(filter, 1n)(body, now);
  });
  const rules = names.map((name) =>
    JSON.stringify({
      match: 'all',
      conditions: [{ field: 'data.name', operator: 'equals', value: name + '{{ data.name | upcase }}'.repeat(500) }],
    }),
  );
  const verdicts = rules.map(decision);
  return { judged: judged.length, undecided: verdicts.filter(({ isUndecided }) => isUndecided).length, verdicts };
}

test('all filters of an event together do what a step may do, and finish the one that exceeds it', () => {
  const names = Array.from({ length: 100 }, (_, index) => String(index));
  const { judged, undecided, verdicts } = decide(names);
  const work = verdicts.reduce((sum, verdict) => sum + verdict.work, 0);
  expect(work).toBeLessThan(4 * 1024 * 1024 + 2 * 1024 * 1024);
  expect(judged).toBeGreaterThan(5);
  expect(undecided).toBe(100 - judged);
});

test('what is compiled already changes no decision', () => {
  const names = Array.from({ length: 60 }, (_, index) => `again ${index}`);
  const cold = decide(names);
  const warm = decide(names.slice(0, 3));
  expect(warm.undecided).toBe(0);
  expect(decide(names).judged).toBe(cold.judged);
});
