import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { endAll, run } from './children.mjs';

/** Starts a process in its own process group, like a test that starts a platform, and prints the id of the process. */
const program = `
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { detached: true, stdio: 'ignore' });
  require('node:fs').writeSync(3, child.pid + '\\n');
  setInterval(() => undefined, 1000);`;

test('what is ended takes along processes that it started in groups of their own', async () => {
  let started;
  const { ok } = await run([process.execPath, '-e', program], {
    onLine(line) {
      started = Number(line);
      endAll();
    },
  });
  assert.equal(ok, false);
  while (isRunning(started)) await sleep(5);
});

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
