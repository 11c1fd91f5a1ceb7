// The command `npm run audit` lists every grave advisory of a shipped package that has no written exception, including
// advisories of packages that are not new.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { judgeAdvisories } from '../test/operations/src/supply-chain/advisories.ts';

const { stdout } = spawnSync('npm', ['audit', '--json', '--omit=dev'], { encoding: 'utf8' });
const report = JSON.parse(stdout);
if (report.vulnerabilities === undefined) {
  console.error(`The registry gave no advisories: ${report.message ?? 'no answer'}.`);
  process.exit(2);
}
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const { advisories } = JSON.parse(readFileSync('scripts/supply-chain.json', 'utf8'));
const judged = judgeAdvisories(report, { lock, base: undefined, exceptions: advisories });
for (const { text } of judged) console.log(text);
process.exitCode = judged.length > 0 ? 1 : 0;
