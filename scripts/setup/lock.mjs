import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Milliseconds after which every process that competes for an abandoned lock has read the new owner. A lock file is
 * written in one step.
 */
const settledMs = 200;

/**
 * Runs `work` while no other process runs its own work under the same lock file. `work` gets a function with which it
 * registers a child process. The lock is treated as abandoned only when the child has ended too, because npm survives a
 * SIGKILL of the process that started it.
 */
export async function withLock(file, work, onWait = () => undefined) {
  mkdirSync(path.dirname(file), { recursive: true });
  const own = identityOf(process.pid);
  let isWaiting = false;
  while (!(await take(file, own))) {
    if (!isWaiting) onWait(read(file) ?? '');
    isWaiting = true;
    await sleep(settledMs);
  }
  try {
    return await work((pid) => replace(file, `${own}\n${identityOf(pid) ?? ''}`));
  } finally {
    rmSync(file, { force: true });
  }
}

async function take(file, own) {
  try {
    writeFileSync(file, own, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const owners = read(file);
  if (owners === undefined || owners.split('\n').some(isRunning)) return false;
  replace(file, own);
  await sleep(settledMs);
  return read(file) === own;
}

/** Reads a lock file; undefined when the lock was released in the meantime. */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function replace(file, owners) {
  const next = `${file}.${process.pid}`;
  writeFileSync(next, owners);
  renameSync(next, file);
}

function isRunning(identity) {
  const pid = Number.parseInt(identity, 10);
  return pid > 0 && identityOf(pid) === identity;
}

/** Returns a name of a running process. Process ids are reused, so on Linux the start time is part of the name. */
function identityOf(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return undefined;
  }
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '');
    return `${pid} ${afterName.split(' ')[19]}`;
  } catch {
    return String(pid); // this system has no /proc, as on macOS
  }
}
