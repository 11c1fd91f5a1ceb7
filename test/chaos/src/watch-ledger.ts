import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { agentOrganization } from './agents.ts';
import type { LedgerSample } from './history.ts';

const everyMs = 100;
/** The limit of an organization that has set none: 25 USD a day. */
const dailyPicoUsd = 25_000_000_000_000n;

/**
 * Looks at the ledger of agents again and again, and notes what it has beside the bill of the provider at that time.
 */
export function watchLedger(url: string, bill: () => bigint, samples: LedgerSample[]): { stop(): Promise<void> } {
  let isStopping = false;

  async function watch(): Promise<void> {
    while (!isStopping) {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      // Fails while the database is stopped by a fault.
      await client
        .connect()
        .then(() => look(client))
        .catch(() => sleep(everyMs));
      await client.end().catch(() => undefined);
    }
  }

  async function look(client: pg.Client): Promise<void> {
    for (; !isStopping; await sleep(everyMs)) {
      // The bill first: what it has by then was reserved before.
      const billed = bill();
      const { rows } = await client.query(`
        select coalesce(sum(spent_pico_usd + reserved_pico_usd), 0)::text as taken, count(*) as days from agents.spend_windows
        where key like 'organization:${agentOrganization}:day:%'`);
      const { taken, days } = rows[0];
      samples.push({ bill: billed, limit: dailyPicoUsd * BigInt(Math.max(1, days)), taken: BigInt(taken) });
    }
  }

  const watching = watch();
  return {
    async stop() {
      isStopping = true;
      await watching;
    },
  };
}
