/** A share in percent with two decimals; null for a share of nothing. */
export function percentOf(part: bigint, all: bigint): number | null {
  return all === 0n ? null : Number((part * 10_000n) / all) / 100;
}
