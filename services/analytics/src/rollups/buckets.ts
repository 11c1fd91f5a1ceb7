/**
 * Factor between the bounds of the buckets in which durations in milliseconds are counted. Each bucket is a tenth
 * larger than the previous one, so that its middle is within 5 % of its values. Bucket 0 is below one millisecond, and
 * bucket `n` begins at `growth ** (n - 1)`.
 */
export const growth = 1.1;

/**
 * Returns the smallest whole number of milliseconds in a bucket. A fact with this duration falls into the same bucket.
 */
export function leastOf(bucket: number): number {
  return bucket === 0 ? 0 : Math.ceil(growth ** (bucket - 1));
}

/** Returns the middle of a bucket, in milliseconds. */
export function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : growth ** (bucket - 0.5);
}
