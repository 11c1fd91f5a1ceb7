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
    // From when it was due: while a machine stands still between two questions, the next one is asked late.
    for (let dueAt = performance.now(); !isStopping; await sleep(everyMs)) {
      await client.query('select');
      const late = performance.now() - dueAt;
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
