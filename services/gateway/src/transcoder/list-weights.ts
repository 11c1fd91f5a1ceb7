import { LRUCache } from 'lru-cache';
import { sliceBytes } from './write-out.ts';

/** The weights of lists that are small, of those that are large or were not asked for yet, and of those of megabytes. */
const [small, large, huge] = [1, 8, 12];
/** Bytes of an answer from which every process on its way copies for tens of milliseconds. */
const hugeBytes = 4 << 20;

/**
 * What a list counts for among those that are being made: sixteen small ones of an organization, or two large ones, or one of megabytes
 * beside four small ones.
 */
export type ListWeights = {
  /** The weight of a list of this holder and route, by the size of the one before. */
  of(key: string): number;
  /** Notes the size of an answer. */
  note(key: string, bytes: number): void;
};

export function createListWeights(): ListWeights {
  const weights = new LRUCache<string, number>({ max: 10_000 });
  return {
    of: (key) => weights.get(key) ?? large,
    note: (key, bytes) => void weights.set(key, weightOf(bytes)),
  };
}

export function isLarge(weight: number): boolean {
  return weight >= large;
}

function weightOf(bytes: number): number {
  if (bytes > hugeBytes) return huge;
  return bytes > sliceBytes ? large : small;
}
