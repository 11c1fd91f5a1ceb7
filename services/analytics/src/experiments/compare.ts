/** People who got a variant, and those of them who did what was hoped for. */
export type Outcome = { people: number; conversions: number };

/** A difference of two rates with an interval around it, which holds at every look at once. */
export type Difference = { value: number; low: number; high: number };

/**
 * The spread of differences that the interval is narrowest for: five points. Larger and smaller ones are found too,
 * with more people. Any value keeps the promise of the interval.
 */
const expectedSpread = 0.05;
/** Below this the rates are not near enough to a normal distribution. */
const fewestPeople = 50;
const fewestConversions = 5;

/**
 * The difference `one - other` of two rates. With a chance of at least `1 - alpha` the true difference is within the
 * interval at all looks, of however many and whenever: Robbins' mixture of normal distributions (Robbins 1970; Johari
 * et al., Always Valid Inference, 2022). Undefined with too few people.
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
 * The place of the variant that is better than every other one, at a chance of at most `alpha` that there is no
 * difference; undefined while none is. The chance is shared by all pairs.
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
