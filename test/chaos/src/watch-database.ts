import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const stallMs = 500;
const everyMs = 100;

/** Reports when the machine stopped the database: a query for nothing then takes long, on the clock that `now` reads. */
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
