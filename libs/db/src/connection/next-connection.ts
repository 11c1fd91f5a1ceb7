import type pg from 'pg';

/** What opens a connection usually takes milliseconds. */
const askAgainMs = 1000;

/**
 * A connection of the pool. A caller for whom a new one is being made gets no other that becomes free meanwhile, and where
 * packets that open connections are lost, as on a node without processor to spare, the new one takes seconds or never
 * comes: such a caller asks again every second, has the first that comes, and gives back the others. It fails as its first
 * attempt does, after the pool's time for one at the latest.
 */
export function nextConnection(pool: pg.Pool): Promise<pg.PoolClient> {
  if (pool.idleCount > 0 || pool.totalCount >= pool.options.max) return pool.connect();
  return new Promise((resolve, reject) => {
    let isOver = false;
    const askAgain = setInterval(() => void pool.connect().then(take, () => undefined), askAgainMs);

    function take(client: pg.PoolClient): void {
      if (isOver) client.release();
      else resolve(client);
      end();
    }
    function end(): void {
      isOver = true;
      clearInterval(askAgain);
    }
    pool.connect().then(take, (error) => {
      end();
      reject(error);
    });
  });
}
