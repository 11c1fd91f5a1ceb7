const factor = 1.2;
const most = 140;

/** Returns the bucket of a duration. Bucket 0 ends at 1 ms, and each upper bound is 20 % above the previous one. */
export function bucketOf(ms: number): number {
  if (ms <= 1) return 0;
  return Math.min(most, Math.ceil(Math.log(ms) / Math.log(factor) - 1e-9));
}

/** Returns the upper bound of a bucket, in milliseconds. */
function upperBound(bucket: number): number {
  return Math.round(factor ** bucket * 100) / 100;
}

/**
 * Returns the upper bound of the bucket that contains a quantile; undefined if there are no durations. `counts`
 * contains the number of durations in each bucket.
 */
export function quantileOf(counts: ReadonlyMap<number, number>, share: number): number | undefined {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const rank = Math.ceil(total * share);
  let seen = 0;
  for (const [bucket, count] of [...counts].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= rank) return upperBound(bucket);
  }
  return undefined;
}
