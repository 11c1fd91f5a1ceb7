import { expect, test } from '@jest/globals';
import { compare, type Outcome, rateOf, winnerOf } from './compare.ts';

const experiments = 2_000;
const days = 30;
const peopleOfDay = 120;

/** Returns random numbers from 0 to 1 that a seed determines (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns the cumulative distribution of the number of conversions among a day's people, from 0 conversions on. */
function chancesOf(rate: number): number[] {
  const chances: number[] = [];
  let chance = (1 - rate) ** peopleOfDay;
  let total = 0;
  for (let conversions = 0; conversions <= peopleOfDay; conversions += 1) {
    total += chance;
    chances.push(total);
    chance *= ((peopleOfDay - conversions) / (conversions + 1)) * (rate / (1 - rate));
  }
  return chances;
}

/** Returns the first winner that daily checks of an experiment declare, given the true rates of its variants. */
function everCalled(random: () => number, rates: readonly number[]): number | undefined {
  const outcomes: Outcome[] = rates.map(() => ({ people: 0, conversions: 0 }));
  const chances = rates.map(chancesOf);
  for (let day = 0; day < days; day += 1) {
    for (const [variant, outcome] of outcomes.entries()) {
      const chance = random();
      // The last probability is 1, apart from rounding.
      const conversions = chances[variant]?.findIndex((total) => chance < total) ?? -1;
      outcome.conversions += conversions === -1 ? peopleOfDay : conversions;
      outcome.people += peopleOfDay;
    }
    const winner = winnerOf(outcomes);
    if (winner !== undefined) return winner;
  }
  return undefined;
}

const seed = Math.floor(Math.random() * 2 ** 31);

test.each([
  ['two variants', [0.1, 0.1]],
  ['two variants that few people like', [0.02, 0.02]],
  ['four variants', [0.3, 0.3, 0.3, 0.3]],
])(
  `of 2,000 experiments with %s without a difference, looked at daily, at most 5 %% ever call a winner (seed ${seed})`,
  (_, rates) => {
    const random = randomOf(seed);
    let called = 0;
    for (let experiment = 0; experiment < experiments; experiment += 1) {
      if (everCalled(random, rates) !== undefined) called += 1;
    }
    expect(called).toBeLessThanOrEqual(experiments * 0.05);
  },
);

test(`a difference of four points is found, and the right variant is called (seed ${seed})`, () => {
  const random = randomOf(seed);
  const called = Array.from({ length: 200 }, () => everCalled(random, [0.1, 0.14]));
  expect(called.filter((winner) => winner === 1).length).toBeGreaterThan(150);
  expect(called.filter((winner) => winner === 0).length).toBeLessThanOrEqual(10);
});

test('an interval is around the difference of the rates, and narrows with more people', () => {
  const few = compare({ people: 1_000, conversions: 120 }, { people: 1_000, conversions: 100 });
  const many = compare({ people: 100_000, conversions: 12_000 }, { people: 100_000, conversions: 10_000 });
  expect(few?.value).toBeCloseTo(0.02, 10);
  expect(few?.low).toBeLessThan(0);
  expect(many?.low).toBeGreaterThan(0);
  expect(many?.high).toBeGreaterThan(0.02);
});

test('too few people are not compared', () => {
  expect(compare({ people: 49, conversions: 20 }, { people: 1_000, conversions: 500 })).toBeUndefined();
  expect(compare({ people: 1_000, conversions: 4 }, { people: 1_000, conversions: 500 })).toBeUndefined();
  expect(winnerOf([{ people: 1_000, conversions: 500 }])).toBeUndefined();
  expect(rateOf({ people: 0, conversions: 0 })).toBe(0);
});
