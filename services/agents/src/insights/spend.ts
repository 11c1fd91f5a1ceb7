import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { usdOf } from '../money.ts';

/** Sums of the ledger, for one group. */
export type Spend = {
  calls: bigint;
  cost_pico_usd: bigint;
  assumed_pico_usd: bigint;
  overrun_pico_usd: bigint;
  input_tokens: bigint;
  cached_tokens: bigint;
  output_tokens: bigint;
};

/** Reads sums of the ledger in a period, by group. */
export async function readSpend<Group extends object>(
  db: Kysely<DB>,
  where: RawBuilder<unknown>,
  group: RawBuilder<unknown>,
): Promise<(Spend & Group)[]> {
  const { rows } = await sql<Spend & Group>`
    select ${group}, sum(calls)::bigint as calls, sum(cost_pico_usd)::bigint as cost_pico_usd,
      sum(assumed_pico_usd)::bigint as assumed_pico_usd, sum(overrun_pico_usd)::bigint as overrun_pico_usd,
      sum(input_tokens)::bigint as input_tokens, sum(cached_tokens)::bigint as cached_tokens,
      sum(output_tokens)::bigint as output_tokens
    from spend_counts where ${where} group by 1`.execute(db);
  return rows;
}

/** Adds up sums, in the form that the API shows. */
export function spendOf(sums: readonly Spend[], executions = 0n) {
  const total = (of: (spend: Spend) => bigint) => sums.reduce((sum, spend) => sum + of(spend), 0n);
  return {
    costUsd: usdOf(total((spend) => spend.cost_pico_usd)),
    inputTokens: total((spend) => spend.input_tokens),
    outputTokens: total((spend) => spend.output_tokens),
    executions,
    calls: total((spend) => spend.calls),
    cachedTokens: total((spend) => spend.cached_tokens),
    assumedUsd: usdOf(total((spend) => spend.assumed_pico_usd)),
    overrunUsd: usdOf(total((spend) => spend.overrun_pico_usd)),
  };
}
