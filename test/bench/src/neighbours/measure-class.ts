import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../start-postgres.ts';
import type { AttackClass } from './classes.ts';
import type { Observed } from './judge-class.ts';
import { readPodLimits } from './pod-limits.ts';
import { startQuietOrganization } from './quiet/quiet-organization.ts';
import { startOther } from './quiet/start-other.ts';
import { joined, type Times, type Worker } from './quiet/work.ts';
import { type RunningAttack, startAttack } from './start-attack.ts';
import { type Platform, startPlatform } from './start-platform.ts';

/** The number of rounds, and the duration of each part of a round. */
export type Length = { rounds: number; seconds: number };

/** Rest after an attack, so that the attack's last work is not measured as part of the time alone. */
const restMs = 3_000;

/** Measures a class on a platform of its own, so that other classes do not affect the memory of its processes. */
export async function measureClass(
  name: string,
  { attack, others }: AttackClass,
  length: Length,
  progress: (line: string) => void,
): Promise<Observed> {
  await using closing = new AsyncDisposableStack();
  progress('starting …');
  const postgres = await startPostgres();
  closing.defer(() => postgres.stop());
  const platform = await startPlatform(postgres);
  closing.defer(() => platform.stop());
  const workers = [await startQuietOrganization(platform.base, platform.first)];
  closing.defer(() => workers.forEach((worker) => void worker.stop()));
  for (let index = 1; others !== undefined && index <= others.organizations; index += 1) {
    workers.push(await startOther(platform.base, await platform.addOrganization(`other${index}`), others.work));
  }
  const tokens: string[] = [];
  for (let index = 1; index <= attack.organizations; index += 1) {
    tokens.push(await platform.addOrganization(`loud${index}`));
  }
  const { base, port, processes } = platform;
  const running = await startAttack({ name, place: { base, port }, tokens });
  closing.defer(() => running.stop());
  progress(`after its preparation the processes had ${JSON.stringify(await peaksOf(platform))} MB at most`);
  await workAll(workers, length.seconds / 3);
  const times = await takeTurns(length, platform, workers, running, progress);
  const limits = await readPodLimits(processes.keys());
  const peaks = Object.entries(await peaksOf(platform));
  const memory = new Map(peaks.map(([process, peak]) => [process, { peak, limit: limits.get(process) ?? Number.NaN }]));
  return { ...times, memory };
}

/** Returns the largest memory of each process since its start, in MB. */
async function peaksOf({ processes }: Platform): Promise<Record<string, number>> {
  const peaks: Record<string, number> = {};
  for (const [name, child] of processes) peaks[name] = await child.peakMemoryMb();
  return peaks;
}

/**
 * Measures the workers in turn alone and during the attack, so that a machine that slows down favors neither
 * measurement.
 */
async function takeTurns(
  { rounds, seconds }: Length,
  platform: Platform,
  workers: readonly Worker[],
  attack: RunningAttack,
  progress: (line: string) => void,
): Promise<Pick<Observed, 'alone' | 'beside' | 'stalls'>> {
  const alone: Times[] = [];
  const beside: Times[] = [];
  const stalls = new Map<string, number>();
  for (let round = 1; round <= rounds; round += 1) {
    progress(`round ${round} of ${rounds}, alone …`);
    alone.push(await workAll(workers, seconds));
    progress(`round ${round} of ${rounds}, beside …`);
    await longestStalls(platform);
    attack.begin();
    const times = await workAll(workers, seconds);
    beside.push(times);
    for (const [name, ms] of await longestStalls(platform)) stalls.set(name, Math.max(ms, stalls.get(name) ?? 0));
    progress(`it met ${JSON.stringify(await attack.end())}, the others ${JSON.stringify(times.failures)}`);
    await sleep(restMs);
  }
  return { alone: joined(alone), beside: joined(beside), stalls };
}

async function workAll(workers: readonly Worker[], seconds: number): Promise<Times> {
  return joined(await Promise.all(workers.map((worker) => worker.work(seconds))));
}

/** Returns the longest turn of each process since the last call. */
async function longestStalls({ processes }: Platform): Promise<ReadonlyMap<string, number>> {
  const stalls = new Map<string, number>();
  for (const [name, child] of processes) stalls.set(name, await child.longestStallMs());
  return stalls;
}
