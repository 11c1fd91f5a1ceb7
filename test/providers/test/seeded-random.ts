import { createRandom, testSeed } from '@drippulse/testing/hostile';

/** Returns random numbers from 0 to below 1, and their seed, which a failing test shows. */
export function seededRandom(): { random: () => number; seed: number } {
  const seed = testSeed('requests and answers of providers');
  const { below } = createRandom(seed);
  return { random: () => below(2 ** 32) / 2 ** 32, seed };
}
