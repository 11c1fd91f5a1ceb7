import { at, cholesky, solveBy } from './solve.ts';

/** Measured records, one per row. `values` contains the rows one after the other. */
export type Measured = { rows: number; columns: number; values: Float64Array; won: Uint8Array };

/** Weights of the columns at their measured scale, with standard errors. A constant column has the weight 0. */
export type Fit = { base: number; weights: Float64Array; errors: Float64Array; isConverged: boolean };

/** Work that yields between its parts, so that it does not block the event loop. */
export type Pieces<T> = Generator<undefined, T, undefined>;

const rowsOfPiece = 500;
const mostSteps = 50;
const longestHalving = 20;

/**
 * Fits a logistic regression with a penalty of `lambda / 2` times the sum of the squared weights of standardized
 * columns. The base has no penalty. Newton's method starts from zero, so that the same rows give the same weights.
 * `isUsed` selects the rows to fit.
 */
export function* fitLogistic(data: Measured, lambda: number, isUsed: (row: number) => boolean): Pieces<Fit> {
  const rows: number[] = [];
  for (let row = 0; row < data.rows; row += 1) if (isUsed(row)) rows.push(row);
  const scales = yield* scalesOf(data, rows);
  const used = scales.flatMap(({ spread }, column) => (spread > 0 ? [column] : []));
  const size = used.length + 1;
  let weights = new Float64Array(size);
  let state = yield* derive(data, { rows, used, scales, lambda, weights });
  let factor: Float64Array | undefined;
  let isConverged = false;
  for (let step = 0; step < mostSteps && !isConverged; step += 1) {
    factor = cholesky(state.curvature, size);
    if (factor === undefined) break;
    const move = solveBy(factor, state.slope);
    let length = 1;
    let next = moved(weights, move, length);
    let nextState = yield* derive(data, { rows, used, scales, lambda, weights: next });
    for (let n = 0; n < longestHalving && !(nextState.loss <= state.loss + 1e-12); n += 1) {
      length /= 2;
      next = moved(weights, move, length);
      nextState = yield* derive(data, { rows, used, scales, lambda, weights: next });
    }
    isConverged = move.every((part) => Math.abs(part) < 1e-9);
    [weights, state] = [next, nextState];
  }
  factor = cholesky(state.curvature, size) ?? factor;
  return unscaled(data.columns, { used, scales, weights, factor, isConverged });
}

/** Returns the mean loss of a fit over rows, which is the negative log-likelihood. */
export function lossOf(data: Measured, { base, weights }: Fit, isUsed: (row: number) => boolean): number {
  let loss = 0;
  let count = 0;
  for (let row = 0; row < data.rows; row += 1) {
    if (!isUsed(row)) continue;
    let logit = base;
    for (let column = 0; column < data.columns; column += 1) {
      logit += at(weights, column) * at(data.values, row * data.columns + column);
    }
    loss += lossAt(logit, data.won[row] === 1);
    count += 1;
  }
  return count === 0 ? 0 : loss / count;
}

type Scale = { mean: number; spread: number };

function* scalesOf({ columns, values }: Measured, rows: readonly number[]): Pieces<Scale[]> {
  const means = new Float64Array(columns);
  const squares = new Float64Array(columns);
  for (const [n, row] of rows.entries()) {
    for (let column = 0; column < columns; column += 1) {
      // Uses Welford's method, because squares of large numbers lose digits.
      const difference = at(values, row * columns + column) - at(means, column);
      means[column] = at(means, column) + difference / (n + 1);
      squares[column] = at(squares, column) + difference * (at(values, row * columns + column) - at(means, column));
    }
    if (n % rowsOfPiece === rowsOfPiece - 1) yield;
  }
  return Array.from(means, (mean, column) => {
    const spread = Math.sqrt(at(squares, column) / Math.max(1, rows.length));
    return { mean, spread: spread > 1e-9 ? spread : 0 };
  });
}

type Place = {
  rows: readonly number[];
  used: readonly number[];
  scales: readonly Scale[];
  lambda: number;
  weights: Float64Array;
};

/** Computes the loss at the given weights, with the negative gradient and the Hessian. Index 0 is the base. */
function* derive(data: Measured, { rows, used, scales, lambda, weights }: Place) {
  const size = used.length + 1;
  const slope = new Float64Array(size);
  const curvature = new Float64Array(size * size);
  const x = new Float64Array(size);
  const centers = Float64Array.from(used, (column) => scales[column]?.mean ?? 0);
  const spreads = Float64Array.from(used, (column) => scales[column]?.spread ?? 1);
  let loss = 0;
  x[0] = 1;
  for (const [n, row] of rows.entries()) {
    let logit = at(weights, 0);
    for (let k = 1; k < size; k += 1) {
      const measured = at(data.values, row * data.columns + (used[k - 1] ?? 0));
      x[k] = (measured - at(centers, k - 1)) / at(spreads, k - 1);
      logit += at(weights, k) * at(x, k);
    }
    const won = data.won[row] === 1;
    loss += lossAt(logit, won);
    const share = 1 / (1 + Math.exp(-logit));
    const miss = (won ? 1 : 0) - share;
    const weight = share * (1 - share);
    for (let a = 0; a < size; a += 1) {
      slope[a] = at(slope, a) + miss * at(x, a);
      const scaled = weight * at(x, a);
      for (let b = 0; b <= a; b += 1) curvature[a * size + b] = at(curvature, a * size + b) + scaled * at(x, b);
    }
    if (n % rowsOfPiece === rowsOfPiece - 1) yield;
  }
  for (let a = 1; a < size; a += 1) {
    loss += (lambda / 2) * at(weights, a) ** 2;
    slope[a] = at(slope, a) - lambda * at(weights, a);
    curvature[a * size + a] = at(curvature, a * size + a) + lambda;
  }
  // Keeps the base finite if all rows have the same outcome.
  curvature[0] = at(curvature, 0) + 1e-9;
  return { loss, slope, curvature };
}

/** Computes `ln(1 + e^z)` without overflow. */
function lossAt(logit: number, won: boolean): number {
  const z = won ? -logit : logit;
  return z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z));
}

function moved(weights: Float64Array, move: Float64Array, length: number): Float64Array<ArrayBuffer> {
  return Float64Array.from(weights, (weight, index) => weight + length * at(move, index));
}

type Standard = {
  used: readonly number[];
  scales: readonly Scale[];
  weights: Float64Array;
  factor: Float64Array | undefined;
  isConverged: boolean;
};

function unscaled(columns: number, { used, scales, weights, factor, isConverged }: Standard): Fit {
  const fit = { base: at(weights, 0), weights: new Float64Array(columns), errors: new Float64Array(columns) };
  for (const [index, column] of used.entries()) {
    const { mean, spread } = scales[column] ?? { mean: 0, spread: 1 };
    const weight = at(weights, index + 1) / spread;
    fit.weights[column] = weight;
    fit.base -= weight * mean;
    if (factor === undefined) continue;
    const unit = new Float64Array(weights.length);
    unit[index + 1] = 1;
    fit.errors[column] = Math.sqrt(Math.max(0, at(solveBy(factor, unit), index + 1))) / spread;
  }
  return { ...fit, isConverged };
}
