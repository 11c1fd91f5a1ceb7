import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export const sampleEveryMs = 100;

export interface Sampling {
  stop(): Promise<void>;
}

/**
 * Calls a sampler every 100 ms with a connection to the database. After a fault that stopped the database, it connects
 * again. `begin` makes a sampler for each connection.
 */
export function sampleDatabase(url: string, begin: () => (client: pg.Client) => Promise<void>): Sampling {
  let isStopping = false;

  async function run(): Promise<void> {
    while (!isStopping) {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      // Fails while a fault has stopped the database.
      await client
        .connect()
        .then(() => sampleOn(client))
        .catch(() => sleep(sampleEveryMs));
      await client.end().catch(() => undefined);
    }
  }

  async function sampleOn(client: pg.Client): Promise<void> {
    for (const sample = begin(); !isStopping; await sleep(sampleEveryMs)) await sample(client);
  }

  const running = run();
  return {
    async stop() {
      isStopping = true;
      await running;
    },
  };
}
