import { LRUCache } from 'lru-cache';
import { sliceBytes } from './write-out.ts';

/** The weights of lists that are small, and of those that are large or were not asked for yet. */
const [small, large] = [1, 8];

/** What a list counts for among those that are being made: two large ones of an organization, or sixteen small ones. */
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
    note: (key, bytes) => void weights.set(key, bytes > sliceBytes ? large : small),
  };
}

export function isLarge(weight: number): boolean {
  return weight === large;
}
