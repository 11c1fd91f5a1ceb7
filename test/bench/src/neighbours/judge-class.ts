import type { Figures } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import type { Times } from './quiet/work.ts';

/** Peak memory of a process, and the limit of its pod, in MB. */
export type Memory = { peak: number; limit: number };

/** A class that was measured. */
export type Observed = {
  alone: Times;
  beside: Times;
  /** Memory by process. */
  memory: ReadonlyMap<string, Memory>;
  /** The longest turn of the event loop of each process during the attack, in ms. */
  stalls: ReadonlyMap<string, number>;
};

export type Verdict = {
  figures: Figures;
  /** The reasons why the class failed. */
  broken: readonly string[];
  readsBesideMs: number;
  failuresBeside: number;
  beyondPodLimit: number;
};

/**
 * Judges a class. It passes if three conditions hold. Every p99 during the attack is at most twice the p99 alone, or at
 * most 100 ms more. No call fails during the attack. No process needs more memory than its pod has.
 */
export function judgeClass({ alone, beside, memory, stalls }: Observed): Verdict {
  const figures: Figures = {};
  const broken: string[] = [];
  for (const kind of Object.keys(alone.ofKinds)) {
    const before = p99(alone, kind);
    const after = p99(beside, kind);
    figures[`${kind}_p99_alone_ms`] = round(before);
    figures[`${kind}_p99_beside_ms`] = round(after);
    const most = Math.max(2 * before, before + 100);
    // Without times the p99 is NaN, for which every comparison is false.
    if (!(after <= most)) broken.push(`p99 of ${kind} is ${round(after)} ms, and should be at most ${round(most)}`);
  }
  figures['failures_alone'] = sumOf(alone);
  const failuresBeside = sumOf(beside);
  figures['failures_beside'] = failuresBeside;
  figures['answers_503_beside'] = beside.failures['503'] ?? 0;
  if (failuresBeside > 0) broken.push(`failures: ${countsOf(beside.failures)}`);
  let beyondPodLimit = 0;
  for (const [process, { peak, limit }] of memory) {
    figures[`${process}_peak_memory_mb`] = peak;
    if (peak < limit) continue;
    beyondPodLimit += 1;
    broken.push(`${process} needs ${peak} MB, and its pod has ${limit}`);
  }
  for (const [process, ms] of stalls) figures[`${process}_stall_ms`] = round(ms);
  return { figures, broken, readsBesideMs: p99(beside, 'reads'), failuresBeside, beyondPodLimit };
}

function p99({ ofKinds }: Times, kind: string): number {
  return percentile(ofKinds[kind] ?? [], 0.99);
}

function sumOf({ failures }: Times): number {
  return Object.values(failures).reduce((sum, count) => sum + count, 0);
}

/** Formats counts, such as "503 12 times, late 3 times". */
function countsOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count} times`)
    .join(', ');
}
