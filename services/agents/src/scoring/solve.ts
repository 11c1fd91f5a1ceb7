/**
 * Returns the lower triangle of a matrix's Cholesky factor; undefined if the matrix is not positive definite. Matrices
 * are square, and stored row by row.
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array | undefined {
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = at(matrix, row * size + column);
      for (let k = 0; k < column; k += 1) sum -= at(factor, row * size + k) * at(factor, column * size + k);
      if (row === column) {
        if (!(sum > 0)) return undefined;
        factor[row * size + row] = Math.sqrt(sum);
      } else {
        factor[row * size + column] = sum / at(factor, column * size + column);
      }
    }
  }
  return factor;
}

/** Solves `matrix · x = right`, given the Cholesky factor of the matrix. */
export function solveBy(factor: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const x = Float64Array.from(right);
  for (let row = 0; row < size; row += 1) {
    let sum = at(x, row);
    for (let k = 0; k < row; k += 1) sum -= at(factor, row * size + k) * at(x, k);
    x[row] = sum / at(factor, row * size + row);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = at(x, row);
    for (let k = row + 1; k < size; k += 1) sum -= at(factor, k * size + row) * at(x, k);
    x[row] = sum / at(factor, row * size + row);
  }
  return x;
}

/** Returns an element of a fixed-length array. The caller must pass an index within bounds. */
export function at(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}
