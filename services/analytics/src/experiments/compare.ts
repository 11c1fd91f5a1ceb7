/** The number of people who got a variant, and the number of these people who converted. */
export type Outcome = { people: number; conversions: number };

/** The difference of two rates, with a confidence interval that is valid at all checks simultaneously. */
export type Difference = { value: number; low: number; high: number };

/**
 * The spread of differences for which the interval is narrowest: five percentage points. Larger and smaller differences
 * are found too, but only with more people. The interval is valid for any value of this constant.
 */
const expectedSpread = 0.05;
/** Minimum number of people. With fewer people, the distribution of the rates is too far from normal. */
const fewestPeople = 50;
const fewestConversions = 5;

/**
 * Estimates the difference `one - other` of two rates. With a probability of at least `1 - alpha`, the true difference
 * is within the interval at all checks, regardless of the number and the times of the checks. Uses Robbins' mixture of
 * normal distributions (Robbins 1970; Johari et al., Always Valid Inference, 2022). Returns undefined with too few
 * people.
 */
export function compare(one: Outcome, other: Outcome, alpha = 0.05): Difference | undefined {
  if (!isEnough(one) || !isEnough(other)) return undefined;
  const value = rateOf(one) - rateOf(other);
  const information = 1 / (varianceOf(one) + varianceOf(other));
  const prior = 1 / expectedSpread ** 2;
  const reach = Math.sqrt((information + prior) * Math.log((information + prior) / (prior * alpha ** 2))) / information;
  return { value, low: value - reach, high: value + reach };
}

/**
 * Returns the index of the variant that is better than every other variant; undefined if there is no winner yet. If the
 * variants do not differ, the probability of declaring any winner is at most `alpha`, which all pairs share.
 */
export function winnerOf(outcomes: readonly Outcome[], alpha = 0.05): number | undefined {
  const pairs = (outcomes.length * (outcomes.length - 1)) / 2;
  const place = outcomes.findIndex((one, index) =>
    outcomes.every((other, otherIndex) => {
      if (otherIndex === index) return true;
      const difference = compare(one, other, alpha / pairs);
      return difference !== undefined && difference.low > 0;
    }),
  );
  return place === -1 || outcomes.length < 2 ? undefined : place;
}

export function rateOf({ people, conversions }: Outcome): number {
  return people === 0 ? 0 : conversions / people;
}

function isEnough({ people, conversions }: Outcome): boolean {
  return people >= fewestPeople && conversions >= fewestConversions && people - conversions >= fewestConversions;
}

function varianceOf(outcome: Outcome): number {
  const rate = rateOf(outcome);
  return (rate * (1 - rate)) / outcome.people;
}
