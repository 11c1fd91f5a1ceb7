// For tests: input that costs much, and counts of its work.

export { testSeed } from '../test-seed.ts';
export { startCounting } from './count-work.ts';
export { createRandom, type Random } from './random.ts';
export { fuzzTimeoutMs, inRounds } from './rounds.ts';
export { type Hostile, hostileJson, hostileTexts, hostileValues } from './values.ts';
