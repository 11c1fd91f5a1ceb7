/** Maximum length of a name. A longer name is probably not a typing slip, and costs more to compare. */
const maxLength = 64;
const maxNames = 500;

/**
 * Returns the name in `known` that was probably meant. It may have at most one slip per three letters. A slip is a
 * letter too many, too few, wrong or swapped with its neighbor. Case, `_` and `-` make no difference, so `firstName`
 * finds `first_name`.
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  if (name === '' || name.length > maxLength) return undefined;
  const given = plain(name);
  let found: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  let count = 0;
  for (const candidate of known) {
    if (++count > maxNames) break;
    const most = Math.floor(Math.max(name.length, candidate.length) / 3);
    // Each extra letter is a slip, so the lengths alone exclude most names.
    if (Math.abs(name.length - candidate.length) > most + 2) continue;
    const bound = Math.min(most, least - 1);
    const slips = distance(given, plain(candidate), bound);
    if (slips <= bound) {
      least = slips;
      found = candidate;
    }
  }
  return found;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

/**
 * Computes the optimal string alignment distance: Levenshtein's distance, except that swapping neighbors is one step.
 * If the distance is more than `bound`, returns any number above `bound`.
 */
function distance(one: string, other: string, bound: number): number {
  let before: number[] = [];
  let minimumAbove = 0;
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      let steps = Math.min(
        at(above, column) + 1,
        at(current, column - 1) + 1,
        at(above, column - 1) + (isSame ? 0 : 1),
      );
      const isExchange = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (row > 1 && column > 1 && isExchange) steps = Math.min(steps, at(before, column - 2) + 1);
      current.push(steps);
    }
    const minimum = Math.min(...current);
    // A row is computed from the two rows above it.
    if (minimum > bound && minimumAbove > bound) return minimum;
    minimumAbove = minimum;
    before = above;
    above = current;
  }
  return at(above, other.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? 0;
}
