/** Distance between new neighbors. It allows twenty halvings before a stage must be renumbered. */
export const stageGap = 1n << 20n;

/** An opportunity in the requested order. An opportunity from a different stage has no position yet. */
export type Placed = { id: string; position: bigint | undefined };

/**
 * Returns the order of a stage after the opportunities in `ordered` were put in this order. These opportunities
 * exchange places among themselves. All others keep their places, for example an opportunity that a different user has
 * just added. An opportunity from a different stage follows the opportunity before it in `ordered`. If it is the first,
 * it precedes the next one that is in this stage; if none follows, it goes to the end.
 */
export function mergeOrder(current: readonly string[], ordered: readonly string[]): string[] {
  const standing = new Set(current);
  const named = new Set(ordered);
  const places = ordered.filter((id) => standing.has(id)).values();
  const merged = current.map((id) => (named.has(id) ? (places.next().value ?? id) : id));
  for (const [index, id] of ordered.entries()) {
    if (!standing.has(id)) merged.splice(placeOf(merged, ordered, index), 0, id);
  }
  return merged;
}

function placeOf(merged: readonly string[], ordered: readonly string[], index: number): number {
  const before = ordered[index - 1];
  if (before !== undefined) return merged.indexOf(before) + 1;
  const next = ordered.find((id) => merged.includes(id));
  return next === undefined ? merged.length : merged.indexOf(next);
}

/**
 * Finds the fewest positions to write for this order. The longest run of opportunities that is already in order keeps
 * its positions, and the other opportunities get positions between them. The whole stage is renumbered only if a gap is
 * used up.
 */
export function newPositions(rows: readonly Placed[]): Map<string, bigint> {
  const kept = longestRising(rows);
  const moved = new Map<string, bigint>();
  for (let start = 0; start < rows.length; ) {
    if (kept.has(start)) {
      start += 1;
      continue;
    }
    let end = start;
    while (end < rows.length && !kept.has(end)) end += 1;
    const between = spread(end - start, rows[start - 1]?.position, rows[end]?.position);
    if (between === undefined) return numberAnew(rows);
    for (const [offset, position] of between.entries()) {
      const row = rows[start + offset];
      if (row) moved.set(row.id, position);
    }
    start = end;
  }
  return moved;
}

/** Returns positions for `count` rows between two positions; undefined if there is no room. */
function spread(count: number, low: bigint | undefined, high: bigint | undefined): bigint[] | undefined {
  const steps = Array.from({ length: count }, (_, index) => BigInt(index + 1));
  if (high === undefined) return steps.map((step) => (low ?? 0n) + step * stageGap);
  if (low === undefined) return steps.map((step) => high - (BigInt(count) - step + 1n) * stageGap);
  const gap = (high - low) / BigInt(count + 1);
  return gap < 1n ? undefined : steps.map((step) => low + step * gap);
}

function numberAnew(rows: readonly Placed[]): Map<string, bigint> {
  const numbered = rows.map((row, index) => ({ ...row, wanted: BigInt(index + 1) * stageGap }));
  return new Map(numbered.filter(({ position, wanted }) => position !== wanted).map(({ id, wanted }) => [id, wanted]));
}

/** Returns the indexes of a longest strictly increasing subsequence (patience sorting, n log n). */
function longestRising(rows: readonly Placed[]): Set<number> {
  const piles: { index: number; position: bigint }[] = [];
  const before = new Map<number, number | undefined>();
  for (const [index, { position }] of rows.entries()) {
    if (position === undefined) continue;
    const at = firstNotBelow(piles, position);
    before.set(index, piles[at - 1]?.index);
    piles[at] = { index, position };
  }
  const kept = new Set<number>();
  for (let index = piles.at(-1)?.index; index !== undefined; index = before.get(index)) kept.add(index);
  return kept;
}

function firstNotBelow(piles: readonly { position: bigint }[], position: bigint): number {
  let [low, high] = [0, piles.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((piles[middle]?.position ?? position) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}
