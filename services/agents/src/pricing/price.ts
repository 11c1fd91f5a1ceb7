import type { Rates } from './amount.ts';

/** Rates of a model, and those from a number of input tokens on. */
export type Price = { source: SetPrice['source'] | 'bundled'; rates: Rates; tiers: readonly Tier[] };
type Tier = { above: bigint; rates: Rates };

/** A price that the operator has set, or an organization for its own account, from a time on. */
export type SetPrice = { source: 'operator' | 'organization'; model: string; from: Date; rates: Rates };

/** US dollars per million tokens as pico-USD per token, which is the same as micro-USD per million tokens. */
export function rateOf(usdPerMillion: number): bigint {
  return BigInt(Math.ceil(usdPerMillion * 1e6 - 1e-6));
}
