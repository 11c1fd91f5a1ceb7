import { createRandom, testSeed } from '@drippulse/testing/hostile';

/**
 * Returns the seed, which a failing test shows, and a function that makes random numbers from 0 up to, but not
 * including, 1.
 */
export function seededRandom(): { random: () => number; seed: number } {
  const seed = testSeed('requests and answers of providers');
  const { below } = createRandom(seed);
  return { random: () => below(2 ** 32) / 2 ** 32, seed };
}
