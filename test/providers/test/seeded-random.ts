import { createRandom, testSeed } from '@drippulse/testing/hostile';

/**
 * Returns a function that makes random numbers from 0 up to, but not including, 1, and the seed, which a failing test
 * shows.
 */
export function seededRandom(): { random: () => number; seed: number } {
  const seed = testSeed('requests and answers of providers');
  const { below } = createRandom(seed);
  return { random: () => below(2 ** 32) / 2 ** 32, seed };
}
