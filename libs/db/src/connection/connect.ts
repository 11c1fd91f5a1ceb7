import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { checkIdentifier } from '../identifiers.ts';
import { Client } from './client.ts';
import { endWhenSilent } from './end-when-silent.ts';
import { measuredPool } from './measured-pool.ts';
import { typeParsers } from './type-parsers.ts';

/** The part of a logger that the pool uses. */
export type DatabaseLog = { warn(fields: object, message: string): void };

/** The connection to a service's own schema: typed queries, the connection pool behind them, and `close`. */
export type Database<DB> = { kysely: Kysely<DB>; pool: pg.Pool; close(): Promise<void> };

const statementTimeoutMs = 30_000;
const lockTimeoutMs = 10_000;
const idleInTransactionTimeoutMs = 30_000;
const connectTimeoutMs = 5_000;
/** This time is longer than the server's statement timeout, so a server that is alive ends a slow statement first. */
const defaultSilenceMs = 35_000;
/**
 * Idle time before the kernel probes a connection. It probes ten times, a second apart, so a connection whose other end
 * is gone breaks within 20 s.
 */
const keepAliveMs = 10_000;
/**
 * Settings of the planner. A statement uses only one core of the server, so that no request takes the cores of other
 * requests. JIT is off, because compiling takes longer than it saves for statements that read up to some 100,000 rows.
 */
const planning = '-c max_parallel_workers_per_gather=0 -c jit=off';

/**
 * Connects to one schema. `search_path` is fixed on each connection; `int8` is read as bigint, `json` and `jsonb` as
 * their text, `timestamptz` as Date. No statement runs longer than 30 s or waits for a lock longer than 10 s, and no
 * transaction stays idle longer than 30 s. No statement uses parallel workers or JIT. A connection is closed when a
 * statement is pending on it and the server has sent nothing for `silenceMs` (default 35 s). `max` is the size of the
 * pool (default 10); `service` names the pool in the metrics and to the server.
 *
 * `.stream(chunkSize)` of a query reads the query's rows through a cursor of the server, `chunkSize` at a time. It
 * occupies a connection until the last row is read or the loop is left.
 */
export function connectDatabase<DB>(options: {
  url: string;
  schema: string;
  service: string;
  log: DatabaseLog;
  max?: number;
  silenceMs?: number;
}): Database<DB> {
  const { url, schema, service, log, max = 10, silenceMs = defaultSilenceMs } = options;
  const pool = new pg.Pool({
    Client,
    connectionString: url,
    options: `-c search_path=${checkIdentifier(schema)} ${planning}`,
    application_name: service,
    max,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    types: typeParsers,
  });
  // A connection may break while it runs no statement, either in the pool or inside a transaction. Without these
  // listeners the error would end the process. The error need only be logged, because the next statement on that
  // connection fails anyway.
  pool.on('error', (error) => log.warn({ err: error }, 'idle database connection lost'));
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn({ err: error }, 'database connection lost'));
    endWhenSilent(client, silenceMs);
  });

  const kysely = new Kysely<DB>({
    dialect: new PostgresDialect({ pool: measuredPool(pool, service), cursor: Cursor }),
  });
  let closed: Promise<void> | undefined;
  return {
    kysely,
    pool,
    close() {
      closed ??= kysely.destroy().then(() => (pool.ending ? undefined : pool.end()));
      return closed;
    },
  };
}
