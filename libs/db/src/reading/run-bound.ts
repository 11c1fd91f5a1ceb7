import type pg from 'pg';
import { BoundQuery } from './bound-query.ts';
import { cancelQuery } from './cancel-query.ts';
import type { Reading } from './reading.ts';

/** The member of pg's client that pg's types omit. */
type Internals = { _getActiveQuery(): unknown };

/**
 * Matches statements that begin or end transactions. The reading does not bound them: a transaction must be ended even
 * after its reading.
 */
const control = /^(?:begin|start transaction|commit|rollback|savepoint|release)\b/;

export function isBound(text: string): boolean {
  return !control.test(text);
}

/**
 * Runs a statement within a reading, and cancels it when the reading ends. By the time this rejects, the connection is
 * usable again.
 */
export function runBound(
  client: pg.Client,
  config: pg.ClientConfig,
  reading: Reading,
  statement: pg.QueryConfig,
): Promise<pg.QueryResult> {
  if (reading.ended !== undefined) return Promise.reject(reading.ended);
  const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResult>();
  let cancelled: Promise<void> | undefined;
  const query = new BoundQuery(statement, reading, (error, result) => {
    reading.stops.delete(stop);
    if (cancelled !== undefined) return void cancelled.then(() => reject(reading.ended));
    reading.underWay.delete(promise);
    if (reading.ended !== undefined) reject(reading.ended);
    else if (error) reject(error);
    else resolve(result);
  });
  /** Stops the statement. If it waits behind other statements of its connection, it is not sent. */
  function stop(): void {
    if ((client as unknown as Internals)._getActiveQuery() === query) cancelled ??= cancelQuery(client, config);
  }
  reading.stops.add(stop);
  reading.underWay.add(promise);
  client.query(query);
  return promise;
}
