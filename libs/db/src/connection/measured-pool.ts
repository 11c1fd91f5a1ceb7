import { gauge, histogram, processMetrics } from '@drippulse/observability';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { currentReading } from '../reading/reading.ts';
import { takeWithin } from '../reading/take-within.ts';
import { nextConnection } from './next-connection.ts';

/** The open pools, with their names. */
const pools = new Map<pg.Pool, string>();

/** Wraps the pool for Kysely. Measures how long callers wait for a connection, and counts connections by state. */
export function measuredPool(pool: pg.Pool, name: string): PostgresPool {
  const waits = histogram(processMetrics, 'drippulse_database_wait_seconds').labels(name);
  gauge(processMetrics, 'drippulse_database_connections', countConnections);
  pools.set(pool, name);

  return {
    options: pool.options,
    async connect(): Promise<PostgresPoolClient> {
      const startedAt = performance.now();
      try {
        const reading = currentReading();
        const isWaiting = pool.idleCount === 0;
        const next = nextConnection(pool);
        return await (reading === undefined || !isWaiting ? next : takeWithin(reading, next));
      } finally {
        waits.observe((performance.now() - startedAt) / 1000);
      }
    },
    async end() {
      pools.delete(pool);
      await pool.end();
    },
  };
}

type Count = { set(labels: { pool: string; state: 'busy' | 'idle' | 'waiting' }, value: number): void };

/** Counts connections only when the metrics are read. Counting at each use would take two updates per use. */
function countConnections(connections: Count): void {
  for (const [pool, name] of pools) {
    connections.set({ pool: name, state: 'busy' }, pool.totalCount - pool.idleCount);
    connections.set({ pool: name, state: 'idle' }, pool.idleCount);
    connections.set({ pool: name, state: 'waiting' }, pool.waitingCount);
  }
}
