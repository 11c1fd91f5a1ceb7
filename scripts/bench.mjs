// What `npm run bench -- <name> [--json] [--peers all] [--short]` runs.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const main = ['--disable-warning=TimeoutNegativeWarning', 'test/bench/src/main.ts'];
const { status } = spawnSync(process.execPath, [...main, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(status ?? 1);
