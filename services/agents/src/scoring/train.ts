import type { JsonObject } from '@drippulse/json';
import { leastRecords } from './candidates.ts';
import type { Factor, ScorerConfig } from './config.ts';
import { type Fit, fitLogistic, lossOf, type Measured, type Pieces } from './fit-logistic.ts';
import { type Judged, judge, type Scored } from './judge.ts';
import { compileScorer, type Scorer } from './score.ts';
import { at } from './solve.ts';

/** Minimum number of records of each outcome. */
export const leastOfEach = 40;
const heldOutShare = 0.25;
const leastHeldOut = 8;
const folds = 5;
const lambdas = [0.3, 1, 3, 10, 30, 100];
/** The maximum weight that configurations allow, see `config.ts`. */
const largestWeight = 50;

type TrainedFactor = Factor & { error: number };

/** The result of a training. */
export type Trained = {
  base: number;
  /** Factors with their weights. Insignificant factors are left out. */
  factors: TrainedFactor[];
  lambda: number;
  /** Index of the first held-out row. */
  split: number;
  judged: Judged;
  judgedInForce: Judged;
};

/**
 * Returns the row at which the newest quarter begins. The row is moved if necessary, so that both sides have enough
 * records of each outcome. Returns undefined if no row has enough records on both sides.
 */
export function splitByTime(won: Uint8Array): number | undefined {
  const wanted = Math.round(won.length * (1 - heldOutShare));
  const wonBefore = new Uint32Array(won.length + 1);
  for (const [row, value] of won.entries()) wonBefore[row + 1] = (wonBefore[row] ?? 0) + value;
  const isEnough = (split: number) => {
    const before = wonBefore[split] ?? 0;
    const after = (wonBefore[won.length] ?? 0) - before;
    const sides = [before, split - before, after, won.length - split - after];
    return sides.every((count, side) => count >= (side < 2 ? leastOfEach / 2 : leastHeldOut));
  };
  for (let off = 0; off < won.length; off += 1) {
    for (const split of [wanted - off, wanted + off])
      if (split > 0 && split < won.length && isEnough(split)) return split;
  }
  return undefined;
}

/**
 * Fits weights to the older records, with the penalty chosen by cross-validation over five folds. Judges the weights on
 * the newer records. The same rows give the same weights.
 */
export function* train(
  factors: readonly Factor[],
  {
    measured,
    inForce,
    threshold,
    split,
  }: { measured: Measured; inForce: readonly Scored[]; threshold: number; split: number },
): Pieces<Trained> {
  forgetThin(factors, measured);
  const lambda = yield* chooseLambda(measured, split);
  const fit = yield* fitLogistic(measured, lambda, (row) => row < split);
  const scored: Scored[] = [];
  const weighty = [...factors.keys()].filter((column) => at(fit.weights, column) !== 0);
  // A scorer needs at least one factor, even if no factor separates the outcomes.
  const kept = weighty.length > 0 ? weighty : [0];
  for (let row = split; row < measured.rows; row += 1) {
    scored.push({ score: scoreOf(measured, fit, row), won: measured.won[row] === 1 });
  }
  return {
    base: clamped(fit.base),
    factors: kept.flatMap((column) => {
      const factor = factors[column];
      if (factor === undefined) return [];
      return [{ ...factor, weight: clamped(at(fit.weights, column)), error: at(fit.errors, column) }];
    }),
    lambda,
    split,
    judged: judge(scored, threshold),
    judgedInForce: judge(inForce.slice(split), threshold),
  };
}

/**
 * Sets a column to zero if fewer than ten records have a value other than 0 in it, because so few records would
 * determine its weight. A column that is not numeric is also set to zero if fewer than ten records have the value 0. A
 * constant column gets no weight.
 */
function forgetThin(factors: readonly Factor[], { rows, columns, values }: Measured): void {
  for (const [column, { type }] of factors.entries()) {
    let known = 0;
    for (let row = 0; row < rows; row += 1) known += at(values, row * columns + column) === 0 ? 0 : 1;
    const others = type === 'number' ? known : Math.min(known, rows - known);
    if (others >= leastRecords) continue;
    for (let row = 0; row < rows; row += 1) values[row * columns + column] = 0;
  }
}

/** Returns the penalty with the lowest loss on the held-out folds. Of equally good penalties, returns the larger. */
function* chooseLambda(measured: Measured, split: number): Pieces<number> {
  let best = { lambda: lambdas.at(-1) ?? 1, loss: Number.POSITIVE_INFINITY };
  for (const lambda of lambdas.toReversed()) {
    let loss = 0;
    for (let fold = 0; fold < folds; fold += 1) {
      const fit = yield* fitLogistic(measured, lambda, (row) => row < split && row % folds !== fold);
      loss += lossOf(measured, fit, (row) => row < split && row % folds === fold);
    }
    if (loss < best.loss - 1e-12) best = { lambda, loss };
  }
  return best.lambda;
}

/** Returns a function that measures one record: the value of each factor as in a score, or 0 if unknown. */
export function measureWith(factors: readonly Factor[]): (fields: JsonObject, now: Date) => number[] {
  const score = scorerOf(factors);
  return (fields, now) => score(fields, now).factors.map(({ value }) => value ?? 0);
}

function scorerOf(factors: readonly Factor[]): Scorer {
  const config: ScorerConfig = { min_score_threshold: 0.5, base: 0, factors: [...factors] };
  return compileScorer(config);
}

function scoreOf({ columns, values }: Measured, { base, weights }: Fit, row: number): number {
  let logit = clamped(base);
  for (let column = 0; column < columns; column += 1) {
    logit += clamped(at(weights, column)) * at(values, row * columns + column);
  }
  return 1 / (1 + Math.exp(-logit));
}

function clamped(weight: number): number {
  return Math.max(-largestWeight, Math.min(largestWeight, weight));
}
