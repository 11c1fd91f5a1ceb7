import { gauge, histogram, processMetrics } from '@drippulse/observability';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { nextConnection } from './next-connection.ts';

/** The pool as kysely sees it: how long a caller waits for a connection, and how many there are, are measured. */
export function measuredPool(pool: pg.Pool, name: string): PostgresPool {
  const waits = histogram(processMetrics, 'drippulse_database_wait_seconds');
  const connections = gauge(processMetrics, 'drippulse_database_connections');

  function count(): void {
    connections.set({ pool: name, state: 'busy' }, pool.totalCount - pool.idleCount);
    connections.set({ pool: name, state: 'idle' }, pool.idleCount);
    connections.set({ pool: name, state: 'waiting' }, pool.waitingCount);
  }
  for (const event of ['acquire', 'release', 'remove'] as const) pool.on(event, count);

  return {
    options: pool.options,
    async connect(): Promise<PostgresPoolClient> {
      const stop = waits.startTimer({ pool: name });
      try {
        return await nextConnection(pool);
      } finally {
        stop();
      }
    },
    end: () => pool.end(),
  };
}
