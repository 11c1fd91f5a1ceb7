import { compare, type Difference, type Outcome, winnerOf } from './compare.ts';
import { chanceOfSplit, isSplitBroken } from './split-check.ts';

export type Experiment = {
  decision: 'no_difference_yet' | 'winner' | 'broken_split';
  winner: string | undefined;
  splitChance: number | undefined;
  variants: { name: string; outcome: Outcome; difference: Difference | undefined }[];
};

const alpha = 0.05;

/**
 * Judges the outcomes of a split. `expected` is the number of people that each variant should have by its weight, if
 * known. The first variant is the baseline of comparisons.
 */
export function judge(
  outcomes: ReadonlyMap<string, Outcome>,
  expected: ReadonlyMap<string, number> | undefined,
): Experiment {
  const names = [...outcomes.keys()];
  const all = [...outcomes.values()];
  const people = all.map((outcome) => outcome.people);
  const weights = names.map((name) => expected?.get(name) ?? 0);
  const isBroken = expected !== undefined && isSplitBroken(people, weights);
  const place = isBroken ? undefined : winnerOf(all, alpha);
  // The intervals are simultaneously valid for all pairs (Bonferroni correction), as the decision is.
  const pairs = Math.max(1, (all.length * (all.length - 1)) / 2);
  const [first] = all;
  return {
    decision: isBroken ? 'broken_split' : place === undefined ? 'no_difference_yet' : 'winner',
    winner: place === undefined ? undefined : names[place],
    splitChance: expected && chanceOfSplit(people, weights),
    variants: [...outcomes].map(([name, outcome], index) => {
      const difference = index === 0 || first === undefined ? undefined : compare(outcome, first, alpha / pairs);
      return { name, outcome, difference };
    }),
  };
}
