import { createRandom, testSeed } from '@drippulse/testing/hostile';

/** Random numbers from 0 to below 1. A failing test shows their seed. */
export function seededRandom(): { random: () => number; seed: number } {
  const seed = testSeed('requests and answers of providers');
  const { below } = createRandom(seed);
  return { random: () => below(2 ** 32) / 2 ** 32, seed };
}
