import { parseArgs } from 'node:util';
import { report } from './report.ts';
import { runChaos } from './run-chaos.ts';
import { startServers } from './servers.ts';

/** The command `npm run chaos`. */
const usage = `npm run chaos -- [--minutes M] [--seed N]

Kills, freezes and disconnects services and their servers under load, and checks that nothing is lost or done twice.

  --minutes M   how long the faults go on (2); each kind of fault happens at least once
  --seed N      a whole number, which repeats the plan of an earlier run`;

const { seed, minutes } = readArguments();
console.log(`Seed ${seed}, ${minutes} minutes. Starting PostgreSQL, Kafka and the services …`);
const servers = await startServers();
if ('unavailable' in servers) {
  console.error(servers.unavailable);
  process.exit(1);
}
const outcome = await runChaos({
  servers,
  seed,
  seconds: minutes * 60,
  onProgress: (line) => console.log(`${String(Math.round(performance.now() / 1_000)).padStart(6)} s  ${line}`),
});
console.log(report(outcome, minutes));
process.exit(outcome.promises.every(({ violations }) => violations.length === 0) ? 0 : 1);

function readArguments(): { seed: number; minutes: number } {
  const parsed = parse();
  if ('refusal' in parsed) return end(`${parsed.refusal}\n\n${usage}`, 2);
  const { help, seed = String(Math.floor(Math.random() * 1_000_000)), minutes } = parsed.values;
  if (help) return end(usage, 0);
  if (!/^\d{1,9}$/.test(seed)) return end(`--seed is a whole number.\n\n${usage}`, 2);
  if (!/^\d+(\.\d+)?$/.test(minutes)) return end(`--minutes is a number of at least 0.\n\n${usage}`, 2);
  return { seed: Number(seed), minutes: Number(minutes) };
}

function parse() {
  try {
    return parseArgs({
      options: {
        seed: { type: 'string' },
        minutes: { type: 'string', default: '2' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : String(error) };
  }
}

function end(text: string, code: number): never {
  if (code === 0) console.log(text);
  else console.error(text);
  process.exit(code);
}
