import type { Rates } from './amount.ts';
import type { Price, SetPrice } from './price.ts';
import { pricesOfTable } from './price-table.ts';

/**
 * Finds the price of a model at a time, by the exact id: the newest valid price that somebody set, or else the price in
 * the bundled table. Returns undefined if the price is unknown. A fuzzy match could return the price of a different
 * model.
 */
export async function priceOf(
  set: readonly SetPrice[],
  source: { baseUrl: string },
  { model, at }: { model: string; at: Date },
): Promise<Price | undefined> {
  const [own] = set
    .filter((price) => price.model === model && price.from <= at)
    .sort((one, other) => other.from.getTime() - one.from.getTime());
  if (own !== undefined) return { source: own.source, rates: own.rates, tiers: [] };
  return pricesOfTable(source.baseUrl, model, at);
}

/** Returns the highest rates that may apply to a call, for the call's reservation. */
export function dearestOf({ rates, tiers }: Pick<Price, 'rates' | 'tiers'>): Rates {
  return tiers.reduce((most, tier) => mergeRates(most, tier.rates), rates);
}

/** Returns the rates of a call with the given number of input tokens. */
export function ratesFor({ rates, tiers }: Pick<Price, 'rates' | 'tiers'>, inputTokens: bigint): Rates {
  return tiers.reduce((own, tier) => (inputTokens > tier.above ? tier.rates : own), rates);
}

/** Returns the higher value of each rate. An absent rate counts as the general input or output rate. */
function mergeRates(one: Rates, other: Rates): Rates {
  return {
    input: max(one.input, other.input),
    cacheRead: max(one.cacheRead ?? one.input, other.cacheRead ?? other.input),
    cacheWrite: max(one.cacheWrite ?? one.input, other.cacheWrite ?? other.input),
    output: max(one.output, other.output),
    reasoning: max(one.reasoning ?? one.output, other.reasoning ?? other.output),
  };
}

function max(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
