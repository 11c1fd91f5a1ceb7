import { expect, test } from '@jest/globals';
import { expectedPeople } from './expected-people.ts';
import { judge } from './experiment.ts';

const even = new Map([
  ['A', 1_000],
  ['B', 1_000],
]);

test('a variant that is better than the other one wins', () => {
  const outcomes = new Map([
    ['A', { people: 1_000, conversions: 100 }],
    ['B', { people: 1_000, conversions: 200 }],
  ]);
  const { decision, winner, variants } = judge(outcomes, even);
  expect([decision, winner]).toEqual(['winner', 'B']);
  expect(variants[0]?.difference).toBeUndefined();
  expect(variants[1]?.difference?.value).toBeCloseTo(0.1, 10);
  expect(variants[1]?.difference?.low).toBeGreaterThan(0);
});

test('the same rates are no difference yet', () => {
  const outcomes = new Map([
    ['A', { people: 1_000, conversions: 100 }],
    ['B', { people: 1_000, conversions: 105 }],
  ]);
  expect(judge(outcomes, even)).toMatchObject({ decision: 'no_difference_yet', winner: undefined });
});

test('a split that divides people otherwise than its weights is broken, whatever the rates', () => {
  const outcomes = new Map([
    ['A', { people: 1_150, conversions: 100 }],
    ['B', { people: 850, conversions: 300 }],
  ]);
  expect(judge(outcomes, even)).toMatchObject({ decision: 'broken_split', winner: undefined });
  // Without expected numbers, the split is not judged.
  expect(judge(outcomes, undefined)).toMatchObject({ decision: 'winner', winner: 'B', splitChance: undefined });
});

test('people are expected by the weights of the version that they entered', () => {
  const given = new Map([
    [1, new Map([['A', 90]])],
    [
      2,
      new Map([
        ['A', 20],
        ['B', 80],
      ]),
    ],
  ]);
  const weights = new Map([
    [
      1,
      [
        { name: 'A', weight: 2 },
        { name: 'B', weight: 1 },
      ],
    ],
    [2, [{ name: 'B', weight: 5 }]],
  ]);
  expect(expectedPeople(given, (version) => weights.get(version))).toEqual(
    new Map([
      ['A', 60],
      ['B', 130],
    ]),
  );
  expect(expectedPeople(given, () => undefined)).toBeUndefined();
});
