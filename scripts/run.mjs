// Runs a command of commands.json: installs its missing packages, then starts it on the Node version that is pinned in
// package.json. npm runs this file on the installed Node (20 or newer), so it uses no packages.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { endAs, runForeground } from './setup/children.mjs';
import { install, root } from './setup/install.mjs';

const commands = JSON.parse(readFileSync(new URL('commands.json', import.meta.url), 'utf8'));
const [name, ...args] = process.argv.slice(2);
const { needs, node, env } = commands[name];
try {
  await install(needs);
  if (node !== undefined) endAs(await runForeground(pinnedNode(), [...node, ...args], withEnvironment(env)));
} catch (error) {
  console.error(error.code === 'ENOENT' ? `${error.path} was not found. It comes with Node.js.` : error.message);
  process.exitCode = 1;
}

/** Returns the path of the pinned Node. On Linux it is a package; elsewhere it is the Node that runs this script. */
function pinnedNode() {
  const file = path.join(root, 'node_modules/.bin/node');
  return existsSync(file) ? file : process.execPath;
}

function withEnvironment(env) {
  return { env: { ...process.env, ...env } };
}
