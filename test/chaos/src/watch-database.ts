import { type Sampling, sampleDatabase, sampleEveryMs } from './sample-database.ts';

const stallMs = 500;

/**
 * Reports each time that the machine stopped the database. This is detected by an empty query that takes long, by the
 * clock of `now`.
 */
export function watchDatabase(url: string, onStall: (ms: number) => void, now = () => performance.now()): Sampling {
  return sampleDatabase(url, () => {
    let dueAt = now();
    return async (client) => {
      await client.query('select');
      // A delay is measured from the time at which the query is due, because the machine may also stop between two
      // queries, which makes the next query late.
      const late = now() - dueAt;
      if (late > stallMs) onStall(late);
      dueAt += late + sampleEveryMs;
    };
  });
}
