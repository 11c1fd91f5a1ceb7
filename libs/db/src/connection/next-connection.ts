import type pg from 'pg';

/** Opening a connection usually takes milliseconds, so after this time it probably hangs. */
const askAgainMs = 1000;

/**
 * Takes a connection from the pool. pg's pool binds a waiting caller to the connection that it is opening, even if
 * another connection becomes free. If opening hangs, because packets are lost, this function asks the pool again every
 * second, takes the first connection and releases the others. It rejects when the first attempt rejects, at the latest
 * after the pool's `connectionTimeoutMillis`.
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
