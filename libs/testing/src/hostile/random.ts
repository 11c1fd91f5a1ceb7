/** Random choices that depend only on the seed. */
export type Random = {
  /** Returns a whole number from 0 to `count` - 1. */
  below(count: number): number;
  pick<T>(choices: readonly T[]): T;
  /** Returns `count` of the choices; each may occur more than once. */
  some<T>(choices: readonly T[], count: number): T[];
};

/** Creates random numbers by the method mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const below = (count: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * count);
  };
  const pick = <T>(choices: readonly T[]): T => {
    const choice = choices[below(choices.length)];
    if (choice === undefined) throw new Error('there is nothing to choose from');
    return choice;
  };
  const some = <T>(choices: readonly T[], count: number): T[] => Array.from({ length: count }, () => pick(choices));
  return { below, pick, some };
}
