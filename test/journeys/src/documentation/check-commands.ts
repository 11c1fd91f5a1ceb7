import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../..', import.meta.url));

/**
 * Checks a block of commands that no test may run: that a shell can read it, that its npm scripts exist, that the chart
 * takes its values.
 */
export async function checkCommands(code: string, helm: string | undefined): Promise<void> {
  await run('bash', ['-n', '-c', code]);
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  for (const [, script = ''] of code.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)) {
    if (scripts[script] === undefined) throw new Error(`There is no npm script ${script}`);
  }
  // What would install is rendered in its place, with the values as they stand.
  const [installs] = code.replaceAll('\\\n', ' ').match(/^helm install .*$/m) ?? [];
  if (installs === undefined || helm === undefined) return;
  const renders = installs.replace('helm install', `${helm} template`).replace(' --wait', '');
  await run('bash', ['-c', renders], { cwd: root, maxBuffer: 64 * 1024 * 1024 });
}
