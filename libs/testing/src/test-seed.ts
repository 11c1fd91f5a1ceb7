import { randomInt } from 'node:crypto';
import process from 'node:process';

/**
 * Returns the seed of a test's randomness: TEST_SEED, else a new one. The seed is printed, so that a run can be
 * repeated.
 */
export function testSeed(what: string): number {
  const given = process.env['TEST_SEED'];
  const seed = given === undefined ? randomInt(2 ** 31) : Number(given);
  process.stdout.write(`${what}: TEST_SEED=${seed}\n`);
  return seed;
}
