import type { Period } from './table.ts';

/** The count of a list, which is exact unless it is marked as a minimum. */
export type Count = { totalCount: bigint; totalCountIsMinimum?: boolean | undefined };

const leastMs = 1;

/**
 * Counts a list exactly, if the list has a filter by time and counts up to a cap: a period beyond the cap is counted in
 * halves. If one millisecond alone has more rows than the cap, they count as the cap.
 */
export async function countExactly({ from, to }: Period, count: (period: Period) => Promise<Count>): Promise<bigint> {
  const { totalCount, totalCountIsMinimum = false } = await count({ from, to });
  const ms = to.getTime() - from.getTime();
  if (!totalCountIsMinimum || ms <= leastMs) return totalCount;
  const middle = new Date(from.getTime() + Math.floor(ms / 2));
  const before = await countExactly({ from, to: middle }, count);
  return before + (await countExactly({ from: middle, to }, count));
}
