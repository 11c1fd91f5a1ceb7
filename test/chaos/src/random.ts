import { hash } from 'node:crypto';

/** Random numbers of a seed. */
export type Random = {
  /** Returns a number from 0 up to, not including, 1. */
  next(): number;
  /** Returns a whole number from `least` to `most`. */
  between(least: number, most: number): number;
  pick<T>(items: readonly T[]): T;
  shuffle<T>(items: readonly T[]): T[];
};

/**
 * Creates a separate sequence for each name, so that the numbers of one concurrent part do not depend on the other
 * parts.
 */
export function createRandom(seed: number, name: string): Random {
  let state = Number.parseInt(hash('sha256', `${seed} ${name}`, 'hex').slice(0, 8), 16);

  /** Returns the next number, with the algorithm mulberry32. */
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    pick<T>(items: readonly T[]): T {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new Error('there is nothing to pick from');
      return item;
    },
    shuffle(items) {
      const shuffled = [...items];
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = between(0, last);
        const [a, b] = [shuffled[last], shuffled[other]];
        if (a !== undefined && b !== undefined) [shuffled[last], shuffled[other]] = [b, a];
      }
      return shuffled;
    },
  };
}

/** Returns a number from 0 to 1 that depends only on seed and text. */
export function chanceOf(seed: number, text: string): number {
  return Number.parseInt(hash('sha256', `${seed} ${text}`, 'hex').slice(0, 8), 16) / 2 ** 32;
}
