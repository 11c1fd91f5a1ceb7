import type { Prepared } from '../../calls/prepare.ts';
import type { Context } from '../../context.ts';
import type { CallResult } from '../../llm/call.ts';
import type { Price } from '../../pricing/price.ts';
import { priceOf } from '../../pricing/prices.ts';

/** Returns the price of the model that answered; undefined if it is the requested model, or if the price is unknown. */
export async function otherPrice(
  ctx: Context,
  { llm: { source, prices }, request }: Pick<Prepared, 'llm' | 'request'>,
  called: CallResult,
): Promise<Price | undefined> {
  const answered = called.kind === 'answered' ? called.answer?.model : undefined;
  if (answered === undefined || answered === request.model) return undefined;
  return priceOf(prices, source, { model: answered, at: ctx.clock.now() });
}
