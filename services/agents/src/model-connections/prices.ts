import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Violation } from '@drippulse/errors';
import type { AgentModelPrice, AgentModelPriceSchema } from '@drippulse/proto/drippulse/agents/v1/model_connection_pb';
import { z } from 'zod';
import { type WrittenPrice, writtenPrice } from '../pricing/read-prices.ts';

const mostPrices = 100;
const mostUsd = 1_000_000;
const mostModelLength = 255;

const stored = z.array(writtenPrice);

/** Serializes prices for their column. */
export function pricesColumn(prices: readonly AgentModelPrice[]): string {
  return JSON.stringify(
    prices.map(
      ({ model, input, output, cacheRead, cacheWrite }): WrittenPrice => ({
        ...{ model, input, output },
        ...(cacheRead !== undefined && { cache_read: cacheRead }),
        ...(cacheWrite !== undefined && { cache_write: cacheWrite }),
      }),
    ),
  );
}

export function storedPrices(column: string): WrittenPrice[] {
  return stored.parse(JSON.parse(column));
}

export function pricesToProto(column: string): MessageInitShape<typeof AgentModelPriceSchema>[] {
  return storedPrices(column).map(({ cache_read: cacheRead, cache_write: cacheWrite, model, input, output }) => ({
    ...{ model, input, output },
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
  }));
}

export function priceProblems(prices: readonly AgentModelPrice[]): Violation[] {
  if (prices.length > mostPrices) {
    return [{ field: 'prices', message: `must have at most ${mostPrices} rows`, code: 'length' }];
  }
  const seen = new Set<string>();
  return prices.flatMap(({ model, input, output, cacheRead, cacheWrite }, index): Violation[] => {
    const place = `prices.${index}`;
    const isRepeated = seen.has(model);
    seen.add(model);
    const rates = { input, output, cache_read: cacheRead, cache_write: cacheWrite };
    return [
      ...modelProblems(`${place}.model`, model),
      ...(isRepeated
        ? [{ field: `${place}.model`, message: 'is already in the list', code: 'not_allowed' as const }]
        : []),
      ...Object.entries(rates).flatMap(([name, rate]): Violation[] =>
        rate === undefined || (rate >= 0 && rate <= mostUsd)
          ? []
          : [{ field: `${place}.${name}`, message: `must be from 0 to ${mostUsd}`, code: 'range' }],
      ),
    ];
  });
}

/** Returns the violations of a model id. */
export function modelProblems(field: string, model: string): Violation[] {
  if (model.trim() === '') return [{ field, message: 'must not be empty', code: 'required' }];
  if (model.length <= mostModelLength) return [];
  return [{ field, message: `must be at most ${mostModelLength} characters long`, code: 'length' }];
}
