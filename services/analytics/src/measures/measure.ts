import { middleOf } from '../rollups/buckets.ts';
import type { FactKind } from '../rollups/kinds.ts';

/** The sums of a period for one kind of facts. `buckets` contains the counts by bucket, for kinds with durations. */
export type Sum = { count: number; amount: number; buckets?: ReadonlyMap<number, number> };

/** Sums by the kind of facts. */
export type Sums = ReadonlyMap<FactKind, Sum>;

/** A metric that is computed from sums. */
export type Measure = {
  kinds: readonly FactKind[];
  unit: 'count' | 'ratio' | 'cents' | 'usd' | 'ms';
  /** Returns the value; undefined for a share if the whole is 0. */
  value(sums: Sums): number | undefined;
  /** Returns the number of facts on which the value is based; for a share, the size of the whole. */
  n(sums: Sums): number;
  /** Groups by which the facts may be divided. */
  groups: readonly Group[];
  /** Whether each currency has its own value. */
  isByCurrency?: true;
  /** Whether the value is computed from durations. */
  isByDuration?: true;
};

export type Group = 'workflow' | 'version' | 'variant' | 'step' | 'category' | 'domain' | 'agent' | 'webhook';

type Facts = { kinds: readonly FactKind[]; groups: readonly Group[] };

/** Returns a metric that counts facts of some kinds, less the facts of other kinds, but never below 0. */
export function countOf({ kinds, groups }: Facts, less: readonly FactKind[] = []): Measure {
  const value = (sums: Sums) => Math.max(0, countIn(sums, kinds) - countIn(sums, less));
  return { kinds: [...kinds, ...less], unit: 'count', value, n: value, groups };
}

/** Returns a metric that is a part's share of a whole. */
export function shareOf(part: Measure, whole: Measure): Measure {
  return {
    kinds: [...new Set([...part.kinds, ...whole.kinds])],
    unit: 'ratio',
    value: (sums) => (whole.n(sums) === 0 ? undefined : part.n(sums) / whole.n(sums)),
    n: whole.n,
    groups: part.groups.filter((group) => whole.groups.includes(group)),
  };
}

/** Returns the metric that sums the amounts of some kinds. `per` is the amount that equals one unit of the metric. */
export function amountOf({ kinds, groups }: Facts, unit: 'cents' | 'usd', per = 1): Measure {
  return {
    kinds,
    unit,
    value: (sums) => kinds.reduce((total, kind) => total + (sums.get(kind)?.amount ?? 0), 0) / per,
    n: (sums) => countIn(sums, kinds),
    groups,
  };
}

/** Returns the metric that is a quantile of durations, in milliseconds. Its value is the middle of a bucket. */
export function timeOf({ kinds, groups }: Facts, share: number): Measure {
  const n = (sums: Sums) => countIn(sums, kinds);
  return {
    kinds,
    unit: 'ms',
    value: (sums) =>
      quantileOf(
        kinds.map((kind) => sums.get(kind)?.buckets ?? new Map()),
        share,
      ),
    n,
    groups,
    isByDuration: true,
  };
}

function quantileOf(parts: readonly ReadonlyMap<number, number>[], share: number): number | undefined {
  const buckets = parts.flatMap((part) => [...part]).sort(([one], [other]) => one - other);
  const all = buckets.reduce((sum, [, count]) => sum + count, 0);
  let before = 0;
  for (const [bucket, count] of buckets) {
    before += count;
    if (before >= all * share) return middleOf(bucket);
  }
  return undefined;
}

function countIn(sums: Sums, kinds: readonly FactKind[]): number {
  return kinds.reduce((total, kind) => total + (sums.get(kind)?.count ?? 0), 0);
}
