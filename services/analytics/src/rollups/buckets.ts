/**
 * Durations in milliseconds are counted by buckets that grow by a tenth, so that the middle of each is within 5 % of
 * what is in it. Bucket 0 is of less than a millisecond, and bucket `n` begins at `growth ** (n - 1)`.
 */
export const growth = 1.1;

/** The least whole number of milliseconds in a bucket: a fact of it is in the bucket again. */
export function leastOf(bucket: number): number {
  return bucket === 0 ? 0 : Math.ceil(growth ** (bucket - 1));
}

/** The middle of a bucket, in milliseconds. */
export function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : growth ** (bucket - 0.5);
}
