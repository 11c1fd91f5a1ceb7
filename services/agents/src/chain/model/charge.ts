import type { Prepared } from '../../calls/prepare.ts';
import { type Settlement, settlementOf } from '../../ledger/outcomes.ts';
import { noTokens, type Tokens } from '../../ledger/spend.ts';
import type { CallResult } from '../../llm/call.ts';
import { costOf, type Usage } from '../../pricing/amount.ts';
import type { Price } from '../../pricing/price.ts';
import { dearestOf, ratesFor } from '../../pricing/prices.ts';

/**
 * Returns the charge of a call: its settlement and its tokens. `answered` is the price of the model that answered;
 * undefined if the requested model answered, or if the price is unknown.
 */
export function chargeOf(
  result: CallResult,
  { price, amountPicoUsd, body }: Pick<Prepared, 'price' | 'amountPicoUsd' | 'body'>,
  answered: Price | undefined,
): { settlement: Settlement; tokens: Tokens } {
  if (result.kind !== 'answered') return { settlement: settlementOf(result, amountPicoUsd), tokens: noTokens };
  const { usage } = result.answer ?? {};
  const rates = dearestOf(price);
  const bytesBoundPicoUsd = BigInt(Buffer.byteLength(body)) * rates.input + BigInt(result.bytes) * rates.output;
  // The call costs the higher of the two prices: that of the requested model and that of the answering model.
  const costs = usage === undefined ? [] : [price, ...(answered ? [answered] : [])].map((one) => costAt(one, usage));
  const costPicoUsd = costs.reduce<bigint | undefined>(
    (most, cost) => (most === undefined || cost > most ? cost : most),
    undefined,
  );
  const outcome = { kind: 'answered' as const, costPicoUsd, bytesBoundPicoUsd };
  return { settlement: settlementOf(outcome, amountPicoUsd), tokens: usage === undefined ? noTokens : tokensOf(usage) };
}

function costAt(price: Price, usage: Usage): bigint {
  return costOf(ratesFor(price, tokensOf(usage).input), usage);
}

function tokensOf(usage: Usage): Tokens {
  return {
    input: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
    cached: usage.cacheReadTokens,
    output: usage.outputTokens + usage.reasoningTokens,
  };
}
