import { parseArgs } from 'node:util';
import { report } from './report.ts';
import { runChaos } from './run-chaos.ts';
import { startServers } from './servers.ts';

/** The command `npm run chaos -- --seed N --minutes M`. */
const { values } = parseArgs({
  options: { seed: { type: 'string' }, minutes: { type: 'string', default: '2' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const minutes = Number(values.minutes);
if (!Number.isInteger(seed) || !(minutes >= 0)) {
  console.error('npm run chaos -- [--seed N] [--minutes M], both numbers');
  process.exit(1);
}
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
