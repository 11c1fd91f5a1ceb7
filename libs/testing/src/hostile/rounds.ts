import { randomInt } from 'node:crypto';
import process from 'node:process';
import { createRandom, type Random } from './random.ts';

const minutes = Number(process.env['FUZZ_MINUTES'] ?? 0);

/** The time limit for a test of hostile input. */
export const fuzzTimeoutMs = 120_000 + minutes * 60_000;

/**
 * Runs rounds of hostile input: one in `npm test`, and as many as fit into the minutes of `npm run fuzz`. Prints the
 * seed. A failure names the seed of its round, with which `npm run fuzz -- --seed` repeats it.
 */
export async function inRounds(round: (random: Random) => void | Promise<void>): Promise<void> {
  const given = process.env['FUZZ_SEED'];
  const until = Date.now() + minutes * 60_000;
  let seed = given === undefined ? randomInt(2 ** 31) : Number(given);
  process.stdout.write(`hostile input with seed ${seed}\n`);
  do {
    try {
      await round(createRandom(seed));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`seed ${seed}: ${reason}`, { cause: error });
    }
    seed = (seed + 1) % 2 ** 31;
  } while (Date.now() < until);
}
