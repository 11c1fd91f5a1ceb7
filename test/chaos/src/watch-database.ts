import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const stallMs = 500;
const everyMs = 100;

/** Reports when the machine stopped the database: an empty query then takes long, by the clock of `now`. */
export function watchDatabase(
  url: string,
  onStall: (ms: number) => void,
  now = () => performance.now(),
): { stop(): Promise<void> } {
  let isStopping = false;

  async function watch(): Promise<void> {
    while (!isStopping) {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      // Fails while the database is stopped by a fault.
      await client
        .connect()
        .then(() => ask(client))
        .catch(() => sleep(everyMs));
      await client.end().catch(() => undefined);
    }
  }

  async function ask(client: pg.Client): Promise<void> {
    // Counted from the due time: when the machine stands still between two queries, the next one is late.
    for (let dueAt = now(); !isStopping; await sleep(everyMs)) {
      await client.query('select');
      const late = now() - dueAt;
      if (late > stallMs) onStall(late);
      dueAt += late + everyMs;
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
