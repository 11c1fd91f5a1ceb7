import type { Bench, Figures } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { installPeers } from '../peers.ts';
import { migrateRuntime, startRuntime } from '../runtime/start-runtime.ts';
import { type BenchPostgres, startPostgres } from '../start-postgres.ts';
import { measurePeer, type PeerName } from './measure-peer.ts';
import { runSteps, type StepsRun, stepsOfEach } from './run-steps.ts';

type Sizes = { enrollments: number; warmUpEnrollments: number; rounds: number };

const whole: Sizes = { enrollments: 20_000, warmUpEnrollments: 6_000, rounds: 3 };
const short: Sizes = { enrollments: 6_000, warmUpEnrollments: 3_000, rounds: 1 };

/**
 * Measures pure steps per second: steps of the platform, with their timeline, and steps of peers, each of which is a
 * job that is fetched and completed.
 */
export const engine: Bench = async (options) => {
  const sizes = options.short ? short : whole;
  installPeers(options);
  const postgres = await startPostgres();
  try {
    options.progress('engine: our runtime …');
    const { stepsPerSecond, cpuMicrosPerStep, ...others } = await measureOurs(postgres, sizes);
    const figures: Figures = { steps_per_second: Math.round(stepsPerSecond) };
    const peers: PeerName[] = options.allPeers ? ['pgboss', 'bullmq', 'dbos'] : ['pgboss'];
    for (const peer of peers) {
      options.progress(`engine: ${peer} …`);
      const theirs = await measurePeer(postgres, peer, { ...sizes, stepsOfEach });
      figures[`ratio_${peer}`] = round(stepsPerSecond / theirs.stepsPerSecond, 2);
      figures[`${peer}_steps_per_second`] = Math.round(theirs.stepsPerSecond);
      if (peer === 'pgboss') figures['cpu_ratio_pgboss'] = round(theirs.cpuMicrosPerStep / cpuMicrosPerStep, 2);
    }
    return { ...figures, cpu_us_per_step: round(cpuMicrosPerStep), ...others };
  } finally {
    await postgres.stop();
  }
};

async function measureOurs(postgres: BenchPostgres, { enrollments, warmUpEnrollments, rounds }: Sizes) {
  await migrateRuntime(postgres.url);
  const runtime = await startRuntime(postgres.url);
  try {
    await runSteps(postgres, runtime, { workflowId: 1n, enrollments: warmUpEnrollments });
    const runs: StepsRun[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      runs.push(await runSteps(postgres, runtime, { workflowId: BigInt(round + 1), enrollments }));
    }
    const median = (figure: (run: StepsRun) => number) => percentile(runs.map(figure), 0.5);
    return {
      stepsPerSecond: median((run) => run.steps / run.seconds),
      cpuMicrosPerStep: median((run) => ((run.cpuSeconds + run.databaseCpuSeconds) / run.steps) * 1e6),
      runtime_cpu_us_per_step: round(median((run) => (run.cpuSeconds / run.steps) * 1e6)),
      database_cpu_us_per_step: round(median((run) => (run.databaseCpuSeconds / run.steps) * 1e6)),
      wal_bytes_per_step: Math.round(median((run) => run.walBytes / run.steps)),
      runtime_peak_memory_mb: await runtime.peakMemoryMb(),
    };
  } finally {
    await runtime.stop();
  }
}
