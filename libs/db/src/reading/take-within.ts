import type pg from 'pg';
import type { Reading } from './reading.ts';

/**
 * Waits for a connection until the reading ends. A connection that becomes available after that is released
 * immediately.
 */
export function takeWithin(reading: Reading, taken: Promise<pg.PoolClient>): Promise<pg.PoolClient> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(reading.ended);
    reading.stops.add(stop);
    if (reading.ended !== undefined) stop();
    taken
      .then((client) => {
        if (reading.ended === undefined) resolve(client);
        else client.release();
      }, reject)
      .finally(() => reading.stops.delete(stop));
  });
}
