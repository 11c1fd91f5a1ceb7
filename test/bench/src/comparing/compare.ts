import { judgedOf } from '../judged.ts';
import { addBaseTree } from './base-tree.ts';
import { judge, type Pair, type Verdict } from './judge.ts';
import { runBench } from './run-bench.ts';

/** Minimum number of pairs: with seven, the interval of the median is the whole range of the ratios. */
export const fewestPairs = 7;

/** Options of a comparison. */
export type Comparing = {
  /** The working tree. */
  root: string;
  /** A commit, by any name that git accepts. */
  base: string;
  benches: readonly string[];
  pairs: number;
  short: boolean;
  /** Ends running work and removes the base's work tree. */
  signal: AbortSignal;
  progress(line: string): void;
};

/** The verdicts on every bench, by its name. */
export type Comparison = { base: string; pairs: number; benches: Record<string, Verdict[]>; isWorse: boolean };

/** Runs benches in the base and in the working tree in turn, and judges the ratios of their figures. */
export async function compare(options: Comparing): Promise<Comparison> {
  const { root } = options;
  options.progress(`compare: checking out ${options.base} and installing its packages …`);
  const base = await addBaseTree(root, options.base, options.signal);
  try {
    const benches: Record<string, Verdict[]> = {};
    for (const name of options.benches) {
      benches[name] = judge(await runPairs(name, { base: base.folder, change: root }, options), judgedOf(name));
    }
    const isWorse = Object.values(benches).some((verdicts) => verdicts.some((verdict) => verdict.isWorse));
    return { base: base.commit, pairs: options.pairs, benches, isWorse };
  } finally {
    base.remove();
  }
}

/** Runs pairs. Every other pair begins with the change, so that a machine that slows down favors neither side. */
async function runPairs(
  name: string,
  trees: { base: string; change: string },
  { pairs, short, signal, progress }: Comparing,
): Promise<Pair[]> {
  const found: Pair[] = [];
  for (let pair = 1; pair <= pairs; pair += 1) {
    const run = (tree: 'base' | 'change') => {
      progress(`${name}: pair ${pair} of ${pairs}, ${tree} …`);
      return runBench(trees[tree], name, { short, signal });
    };
    if (pair % 2 === 1) {
      const base = await run('base');
      found.push({ base, change: await run('change') });
    } else {
      const change = await run('change');
      found.push({ base: await run('base'), change });
    }
  }
  return found;
}
