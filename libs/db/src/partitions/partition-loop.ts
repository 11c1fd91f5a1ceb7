import { type Loop, type LoopLog, startLoop } from '@drippulse/loops';
import type { Database } from '../connection/connect.ts';
import { codeOf } from '../failures/failures.ts';
import { databaseNow } from '../transactions/now.ts';
import { maintainPartitions, type Partitioning } from './partitions.ts';

const hourMs = 3_600_000;
const lockNotAvailable = '55P03';
const tableInUseMs = 5_000;

/** Once an hour, creates the coming partitions of a service's tables and drops the expired partitions. */
export function startPartitionLoop<DB>(options: {
  db: Database<DB>;
  tables: readonly Partitioning[];
  log: LoopLog;
}): Loop {
  const { db, tables, log } = options;
  return startLoop({
    name: 'partitions',
    log,
    maxIdleMs: hourMs,
    async run() {
      const now = await databaseNow(db.kysely);
      try {
        for (const table of tables) {
          const { created, dropped } = await maintainPartitions(db.kysely, table, now);
          if (dropped.length > 0) log.info({ table: table.table, created, dropped }, 'expired partitions dropped');
        }
        return hourMs;
      } catch (error) {
        if (codeOf(error) !== lockNotAvailable) throw error;
        return tableInUseMs;
      }
    },
  });
}
