import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const stallMs = 500;
const everyMs = 100;

/** Tells when the machine held the database: then a question that asks for nothing takes long. */
export function watchDatabase(url: string, onStall: (ms: number) => void): { stop(): Promise<void> } {
  let isStopping = false;

  async function watch(): Promise<void> {
    while (!isStopping) {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      // It fails while the database is stopped on purpose.
      await client
        .connect()
        .then(() => ask(client))
        .catch(() => sleep(everyMs));
      await client.end().catch(() => undefined);
    }
  }

  async function ask(client: pg.Client): Promise<void> {
    for (; !isStopping; await sleep(everyMs)) {
      const askedAt = performance.now();
      await client.query('select');
      const took = performance.now() - askedAt;
      if (took > stallMs) onStall(took);
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
