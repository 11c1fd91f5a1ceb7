import { ConfigError } from '@drippulse/process';
import { z } from 'zod';
import { rateOf, type SetPrice } from './price.ts';

const rate = z.number().min(0).max(1_000_000);

/** Rates in US dollars per million tokens, as people write them. */
export const writtenPrice = z.strictObject({
  model: z.string().min(1).max(255),
  input: rate,
  output: rate,
  cache_read: rate.optional(),
  cache_write: rate.optional(),
  reasoning: rate.optional(),
});

export type WrittenPrice = z.infer<typeof writtenPrice>;

const row = writtenPrice.extend({ from: z.iso.date() });

/** Reads `LLM_PRICES`: a JSON array of prices in US dollars per million tokens, each valid from a day (UTC) on. */
export function readPrices(text: string | undefined): SetPrice[] {
  if (text === undefined) return [];
  const read = z.array(row).max(1_000).safeParse(parse(text));
  if (!read.success) {
    throw new ConfigError(read.error.issues.map(({ path, message }) => `LLM_PRICES.${path.join('.')}: ${message}`));
  }
  return read.data.map(({ from, ...price }) => priceFrom(price, 'operator', new Date(`${from}T00:00:00Z`)));
}

/** Builds a price that is valid from a time on. */
export function priceFrom({ model, ...own }: WrittenPrice, source: SetPrice['source'], from: Date): SetPrice {
  const rates = {
    input: rateOf(own.input),
    output: rateOf(own.output),
    cacheRead: own.cache_read === undefined ? undefined : rateOf(own.cache_read),
    cacheWrite: own.cache_write === undefined ? undefined : rateOf(own.cache_write),
    reasoning: own.reasoning === undefined ? undefined : rateOf(own.reasoning),
  };
  return { source, model, from, rates };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError(['LLM_PRICES: must be a JSON array']);
  }
}
