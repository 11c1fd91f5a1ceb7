import type { Rates } from './amount.ts';
import type { Price, SetPrice } from './price.ts';
import { pricesOfTable } from './price-table.ts';

/**
 * The price of a model at a time: the newest that was set and has begun, else that of the bundled table, by the exact
 * id. Undefined when nobody knows it: a fuzzy match would price one model as another.
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

/** The dearest rates that a call may meet, for its reservation. */
export function dearestOf({ rates, tiers }: Pick<Price, 'rates' | 'tiers'>): Rates {
  return tiers.reduce((most, tier) => mergeRates(most, tier.rates), rates);
}

/** The rates of a call with so many input tokens. */
export function ratesFor({ rates, tiers }: Pick<Price, 'rates' | 'tiers'>, inputTokens: bigint): Rates {
  return tiers.reduce((own, tier) => (inputTokens > tier.above ? tier.rates : own), rates);
}

/** The dearer of each rate, where a rate that is absent is that of its direction. */
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
