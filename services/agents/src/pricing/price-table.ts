import type { ModelInfo, ModelPrice } from '@pydantic/genai-prices';
import type { Rates } from './amount.ts';
import { type Price, rateOf } from './price.ts';

/** Finds the price of a model in the bundled table, by its exact id. The table (0.8 MB) is loaded on first use. */
export async function pricesOfTable(baseUrl: string, model: string, at: Date): Promise<Price | undefined> {
  const { findProvider } = await import('@pydantic/genai-prices');
  const provider = findProvider({ providerApiUrl: baseUrl });
  const models = provider?.models ?? [];
  // A dated snapshot costs as much as the model whose name precedes the date.
  const [, undated] = /^(.+)-(?:\d{8}|\d{4}-\d{2}-\d{2})$/.exec(model) ?? [];
  const found =
    models.find((one) => one.id === model) ??
    models.find((one) => lists(one, model)) ??
    models.find((one) => one.id === undated);
  const prices = found === undefined ? undefined : currentOf(found, at);
  return prices === undefined ? undefined : readPrice(prices);
}

/**
 * Whether an entry lists a model by its exact name. An entry lists the dated names of its model too. Patterns in the
 * entry are ignored.
 */
function lists({ match }: ModelInfo, model: string): boolean {
  const rules = 'or' in match ? match.or : [match];
  return rules.some((rule) => 'equals' in rule && rule.equals === model);
}

/** Returns the price at a time; undefined if it varies by the time of day, because the provider's clock decides. */
function currentOf({ prices }: ModelInfo, at: Date): ModelPrice | undefined {
  if (!Array.isArray(prices)) return prices;
  const day = at.toISOString().slice(0, 10);
  let current: ModelPrice | undefined;
  for (const { constraint, prices: own } of prices) {
    if (constraint?.type === 'time_of_date') return undefined;
    if (constraint === undefined || constraint.start_date <= day) current = own;
  }
  return current;
}

function readPrice(prices: ModelPrice): Price | undefined {
  const starts = new Set(Object.values(prices).flatMap((price) => tiersOf(price).map(({ start }) => start)));
  const rates = ratesAt(prices, 0);
  if (rates === undefined) return undefined;
  const tiers = [...starts]
    .sort((one, other) => one - other)
    .flatMap((start) => {
      const own = ratesAt(prices, start);
      return own === undefined ? [] : [{ above: BigInt(start), rates: own }];
    });
  return { source: 'bundled', rates, tiers };
}

function tiersOf(price: ModelPrice[string]): readonly { start: number; price: number }[] {
  return typeof price === 'object' ? price.tiers : [];
}

function ratesAt(prices: ModelPrice, start: number): Rates | undefined {
  const of = (name: string): bigint | undefined => {
    const price = prices[name];
    if (price === undefined) return undefined;
    if (typeof price === 'number') return rateOf(price);
    return rateOf(price.tiers.reduce((own, tier) => (tier.start <= start ? tier.price : own), price.base));
  };
  const [input, output] = [of('input_mtok'), of('output_mtok')];
  if (input === undefined || output === undefined) return undefined;
  return { input, output, cacheRead: of('cache_read_mtok'), cacheWrite: of('cache_write_mtok'), reasoning: undefined };
}
