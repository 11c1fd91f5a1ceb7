import type { Bench } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { migrateRuntime, startRuntime } from '../runtime/start-runtime.ts';
import { startPostgres } from '../start-postgres.ts';
import { runSteps, type StepsRun } from './run-steps.ts';

const enrollments = 10_000;
const rounds = 5;
const whole = 1_000_000;
const short = 100_000;

/** Measures the cost of a step among ten thousand enrollments and among a million, and the memory of the process. */
export const engineMillion: Bench = async (options) => {
  const many = options.short ? short : whole;
  const postgres = await startPostgres();
  try {
    await migrateRuntime(postgres.url);
    const runtime = await startRuntime(postgres.url);
    try {
      let workflowId = 0n;
      const runOnce = (among = 0) => {
        workflowId += 1n;
        return runSteps(postgres, runtime, { workflowId, enrollments, among });
      };
      options.progress(`engine-million: among ${enrollments} …`);
      await runOnce();
      const few: StepsRun[] = [];
      for (let round = 1; round <= rounds; round += 1) few.push(await runOnce());
      options.progress(`engine-million: among ${many}, which takes a while to fill …`);
      const among = [await runOnce(many)];
      for (let round = 2; round <= rounds; round += 1) among.push(await runOnce());
      const [cost, costAmong] = [median(few, microsOf), median(among, microsOf)];
      return {
        cpu_us_per_step: round(cost),
        million_cpu_us_per_step: round(costAmong),
        cpu_ratio: round(costAmong / cost, 2),
        wal_bytes_per_step: Math.round(median(few, walOf)),
        million_wal_bytes_per_step: Math.round(median(among, walOf)),
        million_steps_per_second: Math.round(median(among, (run) => run.steps / run.seconds)),
        runtime_peak_memory_mb: await runtime.peakMemoryMb(),
        enrollments: many,
      };
    } finally {
      await runtime.stop();
    }
  } finally {
    await postgres.stop();
  }
};

function median(runs: readonly StepsRun[], figure: (run: StepsRun) => number): number {
  return percentile(runs.map(figure), 0.5);
}

function microsOf({ cpuSeconds, databaseCpuSeconds, steps }: StepsRun): number {
  return ((cpuSeconds + databaseCpuSeconds) / steps) * 1e6;
}

function walOf({ walBytes, steps }: StepsRun): number {
  return walBytes / steps;
}
