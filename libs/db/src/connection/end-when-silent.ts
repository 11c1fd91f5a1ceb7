import type { Socket } from 'node:net';
import type pg from 'pg';
import Cursor from 'pg-cursor';

/** Members of pg's client that pg's types omit. */
type Internals = { connection: { stream: Socket }; _getActiveQuery(): unknown };

/**
 * Breaks a connection on which a query is pending and the server has sent no byte for `silenceMs`. The query then fails
 * as if the connection had timed out. Otherwise a frozen server, or a network that swallows bytes, would keep the
 * query, its transaction and its place in the pool: no timeout of the server ends a query whose response is lost, and
 * the kernel resends lost bytes for a quarter of an hour.
 */
export function endWhenSilent(client: pg.PoolClient, silenceMs: number): void {
  // These members are missing in pg's types, but pg's own pool and cursor use them.
  const internals = client as unknown as Internals;
  const { stream } = internals.connection;
  stream.setTimeout(silenceMs);
  stream.on('timeout', () => {
    const query = internals._getActiveQuery();
    // Between two reads of a cursor, and on an idle connection, the server has nothing to send.
    const isOwed = query instanceof Cursor ? Reflect.get(query, 'state') === 'busy' : Boolean(query);
    if (isOwed)
      stream.destroy(Object.assign(new Error(`PostgreSQL was silent for ${silenceMs} ms`), { code: 'ETIMEDOUT' }));
  });
}
