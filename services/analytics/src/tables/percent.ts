/** Returns a share in percent with two decimals; null if the whole is 0. */
export function percentOf(part: bigint, all: bigint): number | null {
  return all === 0n ? null : Number((part * 10_000n) / all) / 100;
}
