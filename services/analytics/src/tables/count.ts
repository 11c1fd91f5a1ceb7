import type { Period } from './table.ts';

/** The count of a list, which is exact unless it is a minimum. */
export type Count = { totalCount: bigint; totalCountIsMinimum?: boolean | undefined };

const leastMs = 1;

/**
 * The exact count of a list that has a filter by time and counts up to a cap: a period with more than the cap is
 * counted in halves. Rows of one millisecond beyond the cap count as the cap.
 */
export async function countExactly({ from, to }: Period, count: (period: Period) => Promise<Count>): Promise<bigint> {
  const { totalCount, totalCountIsMinimum = false } = await count({ from, to });
  const ms = to.getTime() - from.getTime();
  if (!totalCountIsMinimum || ms <= leastMs) return totalCount;
  const middle = new Date(from.getTime() + Math.floor(ms / 2));
  const before = await countExactly({ from, to: middle }, count);
  return before + (await countExactly({ from: middle, to }, count));
}
