import type { BenchPostgres } from '../start-postgres.ts';
import type { Runtime } from './start-runtime.ts';

/** CPU time of our process and of the database's, and WAL, from one moment to another. */
export type Spent = { cpuSeconds: number; databaseCpuSeconds: number; walBytes: number };

/** Starts to count; the answer says what was spent since. */
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
