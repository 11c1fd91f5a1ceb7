import type { Rates } from './amount.ts';

/** Rates of a model, and higher tiers that start at a number of input tokens. */
export type Price = { source: SetPrice['source'] | 'bundled'; rates: Rates; tiers: readonly Tier[] };
type Tier = { above: bigint; rates: Rates };

/** A price set by the operator, or by an organization for its own account. It is valid from the time `from` on. */
export type SetPrice = { source: 'operator' | 'organization'; model: string; from: Date; rates: Rates };

/** Converts US dollars per million tokens to pico-USD per token, which equals micro-USD per million tokens. */
export function rateOf(usdPerMillion: number): bigint {
  return BigInt(Math.ceil(usdPerMillion * 1e6 - 1e-6));
}
