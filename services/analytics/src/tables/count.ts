import type { Period } from './table.ts';

/** The count of a list. It is exact unless it is marked as a minimum. */
export type Count = { totalCount: bigint; totalCountIsMinimum?: boolean | undefined };

const leastMs = 1;

/**
 * Counts a list exactly. The list must have a filter by time, and may stop counting at a cap. If a period exceeds the
 * cap, its halves are counted separately. If a single millisecond has more rows than the cap, they count as the cap.
 */
export async function countExactly({ from, to }: Period, count: (period: Period) => Promise<Count>): Promise<bigint> {
  const { totalCount, totalCountIsMinimum = false } = await count({ from, to });
  const ms = to.getTime() - from.getTime();
  if (!totalCountIsMinimum || ms <= leastMs) return totalCount;
  const middle = new Date(from.getTime() + Math.floor(ms / 2));
  const before = await countExactly({ from, to: middle }, count);
  return before + (await countExactly({ from: middle, to }, count));
}
