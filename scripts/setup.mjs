// Runs before every command of this repository, on whatever Node is installed (20 or newer) and before any dependency
// exists: installs what is missing, then gets out of the way. Everything after it runs on the Node pinned in package.json.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const root = new URL('..', import.meta.url);
const stampFile = new URL('node_modules/.installed-lock', root);
const lock = createHash('sha256')
  .update(readFileSync(new URL('package-lock.json', root)))
  .digest('hex');

checkNode();
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== lock) install();

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  const least = process.platform === 'linux' ? 20 : 24;
  if (major < least) {
    fail(
      `DripPulse needs Node.js ${least} or newer here, and this is ${process.version}. Get it from https://nodejs.org.`,
    );
  }
}

function install() {
  const startedAt = Date.now();
  console.log('Installing dependencies: first run, or package-lock.json changed (about half a minute) …');
  const npm = process.env.npm_execpath;
  const [file, ...before] = npm ? [process.execPath, npm] : ['npm'];
  const args = [...before, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error } = spawnSync(file, args, { cwd: root, stdio: 'inherit' });
  if (error?.code === 'ENOENT') fail('npm was not found. It comes with Node.js: https://nodejs.org.');
  if (status !== 0) {
    fail('Installing failed. Check the network and the free disk space (about 1 GB), then run the same command again.');
  }
  writeFileSync(stampFile, lock);
  console.log(`Installed in ${((Date.now() - startedAt) / 1000).toFixed(0)} s.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
