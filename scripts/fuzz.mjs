// The command `npm run fuzz` runs the tests of hostile input, one after the other, for the given minutes in total.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { run } from './testing/children.mjs';
import { jestLive } from './testing/run-suites.mjs';
import { jestFiles } from './testing/suites.mjs';

const usage = `npm run fuzz -- --minutes 30            hostile input for every operator, filter, tag, parser and route with a body
npm run fuzz -- --seed 7 [--minutes 1]  the same rounds again`;

/** Counts the tests in a file that run for a given number of minutes. */
const roundsIn = (file) => readFileSync(file, 'utf8').match(/\binRounds\(async/g)?.length ?? 0;

const { help, ...values } = readArguments();
const minutes = Number(values.minutes);
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
if (help) console.log(usage);
else if (!(minutes > 0) || !/^\d+$/.test(seed)) refuse('--minutes is a number above 0, and --seed a whole number.');
else process.exitCode = (await fuzz()) ? 0 : 1;

function readArguments() {
  try {
    const options = { minutes: { type: 'string', default: '10' }, seed: { type: 'string' }, help: { type: 'boolean' } };
    return parseArgs({ options }).values;
  } catch (error) {
    refuse(error.message);
  }
}

function refuse(reason) {
  console.error(`${reason}\n\n${usage}`);
  process.exit(2);
}

/** Runs each test for an equal share of the time. A failed test does not end the others. */
async function fuzz() {
  console.log(`Hostile input for ${minutes} minutes, seed ${seed}.`);
  const files = jestFiles().filter((file) => roundsIn(file) > 0);
  const share = minutes / files.reduce((sum, file) => sum + roundsIn(file), 0);
  const { ok } = await run(jestLive(files, ['--maxWorkers=1', '-t', 'hostile input']), {
    live: true,
    env: { FUZZ_SEED: seed, FUZZ_MINUTES: String(share) },
  });
  console.log(`${ok ? 'Nothing found' : 'Found, see above'}, seed ${seed}.`);
  return ok;
}
