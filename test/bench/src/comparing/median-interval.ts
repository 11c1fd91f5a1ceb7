/** A median with the interval that covers the true median in 95 of 100 samples. */
export type MedianInterval = { median: number; low: number; high: number };

const uncovered = 0.05;

/** Minimum number of values that bound their median with 95 % confidence. */
const fewestValues = 6;

/**
 * Computes the median of values and its 95 % interval by order statistics: the narrowest pair of sorted values, equally
 * far from both ends, that encloses the true median with at least that confidence. It assumes no distribution and uses
 * no randomness. Each of `n` values lies below the true median with probability one half, so the k-th values from both
 * ends enclose the true median with probability `1 - 2 P(Bin(n, 1/2) < k)`.
 */
export function medianInterval(values: readonly number[]): MedianInterval {
  const count = values.length;
  if (count < fewestValues) throw new RangeError(`a 95 % interval needs ${fewestValues} values or more, not ${count}`);
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  let dropped = 0;
  for (let below = probability(count, 0); 2 * (below + probability(count, dropped + 1)) <= uncovered; ) {
    dropped += 1;
    below += probability(count, dropped);
  }
  return {
    median: (at(Math.floor((count - 1) / 2)) + at(Math.ceil((count - 1) / 2))) / 2,
    low: at(dropped),
    high: at(count - 1 - dropped),
  };
}

/** Returns the probability that exactly `heads` of `count` fair coins show heads. */
function probability(count: number, heads: number): number {
  let value = 0.5 ** count;
  for (let drawn = 1; drawn <= heads; drawn += 1) value *= (count - drawn + 1) / drawn;
  return value;
}
