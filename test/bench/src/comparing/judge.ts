import type { Figures } from '../bench.ts';
import type { Judged } from '../judged.ts';
import { type MedianInterval, medianInterval } from './median-interval.ts';

/** The figures of one bench that ran in the base and then in the working tree, or the other way round. */
export type Pair = { base: Figures; change: Figures };

/** A figure over all pairs: its medians, the ratio of change to base, and whether it is certainly worse. */
export type Verdict = {
  figure: string;
  better: 'higher' | 'lower';
  base: number;
  change: number;
  ratio: MedianInterval;
  isWorse: boolean;
};

/** The fraction by which a change may worsen a figure (0.05 = 5 %). */
const allowance = 0.05;

/**
 * Judges each figure by the ratios of its pairs. A figure is worse only when the whole interval of the median lies
 * beyond the allowance; a wider interval proves nothing. A figure that the base does not measure yet is left out.
 */
export function judge(pairs: readonly Pair[], judged: ReadonlyMap<string, Judged>): Verdict[] {
  const comparable = [...judged].filter(([figure]) => pairs.some(({ base }) => figure in base));
  return comparable.map(([figure, { better }]) => {
    const base = pairs.map((pair) => readFigure(pair.base, figure));
    const change = pairs.map((pair) => readFigure(pair.change, figure));
    const ratio = medianInterval(change.map((value, index) => ratioOf(value, base[index] ?? Number.NaN)));
    return {
      figure,
      better,
      base: medianInterval(base).median,
      change: medianInterval(change).median,
      ratio,
      isWorse: better === 'lower' ? ratio.low > 1 + allowance : ratio.high < 1 - allowance,
    };
  });
}

function readFigure(figures: Figures, figure: string): number {
  const value = figures[figure];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`no figure ${figure} in a run`);
  return value;
}

/** Returns the ratio of two values. Two zeros are equal. */
function ratioOf(change: number, base: number): number {
  return change === base ? 1 : change / base;
}
