import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../..', import.meta.url));

/**
 * Checks a block of commands that no test may run: bash can parse the block, its npm scripts exist, and the chart
 * accepts its values.
 */
export async function checkCommands(code: string, helm: string | undefined): Promise<void> {
  await run('bash', ['-n', '-c', code]);
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  for (const [, script = ''] of code.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)) {
    if (scripts[script] === undefined) throw new Error(`There is no npm script ${script}`);
  }
  // A command that would install the chart renders it instead, with the values of the command.
  const [installs] = code.replaceAll('\\\n', ' ').match(/^helm install .*$/m) ?? [];
  if (installs === undefined || helm === undefined) return;
  const renders = installs.replace('helm install', `${helm} template`).replace(' --wait', '');
  await run('bash', ['-c', renders], { cwd: root, maxBuffer: 64 * 1024 * 1024 });
}
