/** Probability below which a split is reported as broken. One in a thousand correct splits falls below it. */
const brokenBelow = 0.001;

/**
 * Returns the probability that a correct split is at least this uneven, given the weights (Pearson's chi-squared test).
 */
export function chanceOfSplit(people: readonly number[], weights: readonly number[]): number {
  const all = sum(people);
  const weight = sum(weights);
  if (all === 0 || weight === 0) return 1;
  let distance = 0;
  let parts = 0;
  for (const [index, count] of people.entries()) {
    const expected = (all * (weights[index] ?? 0)) / weight;
    if (expected === 0 && count > 0) return 0;
    if (expected === 0) continue;
    distance += (count - expected) ** 2 / expected;
    parts += 1;
  }
  return parts < 2 ? 1 : upperGamma((parts - 1) / 2, distance / 2);
}

export function isSplitBroken(people: readonly number[], weights: readonly number[]): boolean {
  return chanceOfSplit(people, weights) < brokenBelow;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/**
 * Returns the regularized upper incomplete gamma function Q(a, x) for half or whole `a`, by recurrence from 1/2 or 1.
 */
function upperGamma(a: number, x: number): number {
  let at = a % 1 === 0 ? 1 : 0.5;
  let value = at === 1 ? Math.exp(-x) : complementaryError(Math.sqrt(x));
  // Q(a + 1, x) = Q(a, x) + x^a e^-x / Γ(a + 1)
  let term = (x ** at * Math.exp(-x)) / (at === 1 ? 1 : Math.sqrt(Math.PI) / 2);
  while (at < a) {
    value += term;
    at += 1;
    term *= x / at;
  }
  return Math.min(1, value);
}

/** Coefficients of the exponent of erfc, highest power first (Numerical Recipes in C, 6.2, `erfcc`). */
const exponent = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
  -1.26551223,
];

/** Returns erfc of a non-negative number, with a relative error below 1.2e-7. */
function complementaryError(x: number): number {
  const t = 1 / (1 + x / 2);
  return t * Math.exp(exponent.reduce((value, coefficient) => value * t + coefficient, 0) - x * x);
}
