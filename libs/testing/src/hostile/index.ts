// For tests: input that is expensive to process, and counts of the work that it causes.

export { testSeed } from '../test-seed.ts';
export { startCounting } from './count-work.ts';
export { createRandom, type Random } from './random.ts';
export { fuzzTimeoutMs, inRounds } from './rounds.ts';
export { type Hostile, hostileJson, hostileTexts, hostileValues } from './values.ts';
