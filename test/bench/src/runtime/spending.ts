import type { BenchPostgres } from '../start-postgres.ts';
import type { Runtime } from './start-runtime.ts';

/** The CPU time of the runtime's process and of the database, and the WAL, in a period. */
export type Spent = { cpuSeconds: number; databaseCpuSeconds: number; walBytes: number };

/** Starts counting; the returned function gives the amounts since then. */
export async function startSpending(postgres: BenchPostgres, runtime: Runtime): Promise<() => Promise<Spent>> {
  const read = async () => ({
    cpuSeconds: await runtime.cpuSeconds(),
    databaseCpuSeconds: await postgres.cpuSeconds(),
    walBytes: await postgres.walBytes(),
  });
  const before = await read();
  return async () => {
    const after = await read();
    return {
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      databaseCpuSeconds: after.databaseCpuSeconds - before.databaseCpuSeconds,
      walBytes: after.walBytes - before.walBytes,
    };
  };
}
