import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { runForeground } from '../setup/children.mjs';
import { root } from '../setup/install.mjs';

/**
 * Updates everything that depends on the table and the folders: the links between workspaces, the formatting, and the
 * output of `npm run generate`.
 */
export async function follow({ name, schema }, { isThere }) {
  link(path.join(root, 'node_modules/@drippulse', schema), `../../services/${name}`, isThere);
  if (isThere) {
    await run('biome', ['check', '--write', '--log-level=error', `services/${name}`, 'libs/topology']);
    await run('buf', ['format', '--write', 'proto', '--path', `proto/drippulse/${schema}`]);
  }
  await run(process.execPath, ['scripts/generate.mjs']);
}

function link(place, target, isThere) {
  rmSync(place, { force: true });
  mkdirSync(path.dirname(place), { recursive: true });
  if (isThere) symlinkSync(target, place);
}

async function run(file, args) {
  const bin = path.join(root, 'node_modules/.bin');
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` };
  const { code } = await runForeground(file, args, { cwd: root, env });
  if (code !== 0) throw new Error(`${[file, ...args].join(' ')} ended with ${code}`);
}
