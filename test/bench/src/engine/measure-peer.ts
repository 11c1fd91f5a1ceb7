import { startRedis } from '@drippulse/servers';
import { percentile } from '../measuring/percentile.ts';
import { runPeer } from '../peers.ts';
import type { BenchPostgres } from '../start-postgres.ts';

/** The cost of one run of a peer. It includes the CPU time of the peer's database if that is PostgreSQL. */
export type PeerSteps = { stepsPerSecond: number; cpuMicrosPerStep: number };

export type PeerName = 'pgboss' | 'bullmq' | 'dbos';

/**
 * The program of each peer, and its share of the work. Slow peers take fewer steps, because more steps would not make
 * them faster.
 */
const programs: Record<PeerName, { file: string; share: number }> = {
  pgboss: { file: 'pg-boss.mjs', share: 1 },
  bullmq: { file: 'bullmq.mjs', share: 0.5 },
  dbos: { file: 'dbos.mjs', share: 0.05 },
};

/**
 * Measures a peer's steps on the same PostgreSQL. Each round has a database of its own. Returns the medians over the
 * rounds.
 */
export async function measurePeer(
  postgres: BenchPostgres,
  peer: PeerName,
  sizes: { enrollments: number; stepsOfEach: number; rounds: number },
): Promise<PeerSteps> {
  const { file, share } = programs[peer];
  const enrollments = Math.round(sizes.enrollments * share);
  const config = { enrollments, warmUpEnrollments: Math.round(enrollments / 5), stepsOfEach: sizes.stepsOfEach };
  const runs: PeerSteps[] = [];
  for (let round = 1; round <= sizes.rounds; round += 1) runs.push(await runOn(postgres, peer, file, config));
  return {
    stepsPerSecond: percentile(
      runs.map((run) => run.stepsPerSecond),
      0.5,
    ),
    cpuMicrosPerStep: percentile(
      runs.map((run) => run.cpuMicrosPerStep),
      0.5,
    ),
  };
}

async function runOn(postgres: BenchPostgres, peer: PeerName, file: string, config: object): Promise<PeerSteps> {
  const redis = peer === 'bullmq' ? await startRedis() : undefined;
  if (redis !== undefined && 'unavailable' in redis) throw new Error(redis.unavailable);
  try {
    const run = await runPeer(postgres, file, { ...config, redisUrl: redis?.url });
    return {
      stepsPerSecond: run.steps / run.seconds,
      cpuMicrosPerStep: ((run.cpuSeconds + run.databaseCpuSeconds) / run.steps) * 1e6,
    };
  } finally {
    await redis?.stop();
  }
}
