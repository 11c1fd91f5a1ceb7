import { middleOf } from '../rollups/buckets.ts';
import type { FactKind } from '../rollups/kinds.ts';

/** The sums of a time, of one kind of facts; of those that take time also their numbers by the bucket. */
export type Sum = { count: number; amount: number; buckets?: ReadonlyMap<number, number> };

/** Sums by their kind. */
export type Sums = ReadonlyMap<FactKind, Sum>;

/** A metric, by the sums that it is made of. */
export type Measure = {
  kinds: readonly FactKind[];
  unit: 'count' | 'ratio' | 'cents' | 'usd' | 'ms';
  /** Undefined for a share of nothing. */
  value(sums: Sums): number | undefined;
  /** How many things the value is about. */
  n(sums: Sums): number;
  /** What its facts may be divided by. */
  groups: readonly Group[];
  /** Whether each currency has a value of its own. */
  isByCurrency?: true;
  /** Whether it is made of times. */
  isByDuration?: true;
};

export type Group = 'workflow' | 'version' | 'variant' | 'step' | 'category' | 'domain' | 'agent' | 'webhook';

type Facts = { kinds: readonly FactKind[]; groups: readonly Group[] };

/** The number of facts of some kinds; without those of others, at least 0. */
export function countOf({ kinds, groups }: Facts, less: readonly FactKind[] = []): Measure {
  const value = (sums: Sums) => Math.max(0, countIn(sums, kinds) - countIn(sums, less));
  return { kinds: [...kinds, ...less], unit: 'count', value, n: value, groups };
}

/** A part of a whole. */
export function shareOf(part: Measure, whole: Measure): Measure {
  return {
    kinds: [...new Set([...part.kinds, ...whole.kinds])],
    unit: 'ratio',
    value: (sums) => (whole.n(sums) === 0 ? undefined : part.n(sums) / whole.n(sums)),
    n: whole.n,
    groups: part.groups.filter((group) => whole.groups.includes(group)),
  };
}

/** What facts of some kinds add up to. `per` amounts are one of the unit. */
export function amountOf({ kinds, groups }: Facts, unit: 'cents' | 'usd', per = 1): Measure {
  return {
    kinds,
    unit,
    value: (sums) => kinds.reduce((total, kind) => total + (sums.get(kind)?.amount ?? 0), 0) / per,
    n: (sums) => countIn(sums, kinds),
    groups,
  };
}

/** The time that a share of facts took at most, in milliseconds: the middle of its bucket. */
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
