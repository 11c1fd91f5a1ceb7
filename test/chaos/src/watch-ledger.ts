import { agentOrganization } from './agents.ts';
import type { LedgerSample } from './history.ts';
import { type Sampling, sampleDatabase } from './sample-database.ts';

/** The limit of an organization that has not set a limit: 25 USD a day. */
const dailyPicoUsd = 25_000_000_000_000n;

/** Samples the ledger of agents, together with the bill of the provider at that moment. */
export function watchLedger(url: string, bill: () => bigint, samples: LedgerSample[]): Sampling {
  return sampleDatabase(url, () => async (client) => {
    // The bill is read first, because every amount is reserved before it is billed.
    const billed = bill();
    const { rows } = await client.query(`
      select coalesce(sum(spent_pico_usd + reserved_pico_usd), 0)::text as taken, count(*) as days from agents.spend_windows
      where key like 'organization:${agentOrganization}:day:%'`);
    const { taken, days } = rows[0];
    samples.push({ bill: billed, limit: dailyPicoUsd * BigInt(Math.max(1, days)), taken: BigInt(taken) });
  });
}
