import { type Sampling, sampleDatabase, sampleEveryMs } from './sample-database.ts';

const stallMs = 500;

/** Reports each time that the machine stopped the database: an empty query then takes long, by the clock of `now`. */
export function watchDatabase(url: string, onStall: (ms: number) => void, now = () => performance.now()): Sampling {
  return sampleDatabase(url, () => {
    let dueAt = now();
    return async (client) => {
      await client.query('select');
      // Lateness is measured from the due time, because the machine may also stand still between two queries, which
      // makes the next query late.
      const late = now() - dueAt;
      if (late > stallMs) onStall(late);
      dueAt += late + sampleEveryMs;
    };
  });
}
