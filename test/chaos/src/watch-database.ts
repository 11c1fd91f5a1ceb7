import { type Sampling, sampleDatabase, sampleEveryMs } from './sample-database.ts';

const stallMs = 500;

/** Reports when the machine stopped the database: an empty query then takes long, by the clock of `now`. */
export function watchDatabase(url: string, onStall: (ms: number) => void, now = () => performance.now()): Sampling {
  return sampleDatabase(url, () => {
    let dueAt = now();
    return async (client) => {
      await client.query('select');
      // Lateness counts from the due time, because when the machine stands still between two queries, the next query is
      // late.
      const late = now() - dueAt;
      if (late > stallMs) onStall(late);
      dueAt += late + sampleEveryMs;
    };
  });
}
