import { spawn, spawnSync } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';

const running = new Set();

/**
 * Runs a command in its own process group and returns its exit code and output. `live` shows the output as it arrives;
 * `onLine` gets the lines that the command writes to its file descriptor 3.
 */
export function run(command, options = {}) {
  const { env = {}, live = false, cwd, onLine } = options;
  const [file, ...args] = command;
  const output = live ? 'inherit' : 'pipe';
  const stdio = ['ignore', output, output, ...(onLine ? ['pipe'] : [])];
  const child = spawn(file, args, { cwd, stdio, detached: true, env: { ...process.env, ...env } });
  running.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
  }
  if (onLine) createInterface({ input: child.stdio[3] }).on('line', onLine);
  return new Promise((resolve) => {
    child.on('error', (error) => {
      text += `${file}: ${error.message}\n`;
    });
    child.on('close', (code) => {
      running.delete(child);
      resolve({ ok: code === 0, output: text });
    });
  });
}

/** Sends SIGTERM to every command that still runs, and to its children. */
export function askAllToEnd() {
  for (const child of running) kill(-child.pid, 'SIGTERM');
}

/** Kills every command that still runs, and all its descendants. */
export function endAll() {
  for (const child of running) endTree(child.pid);
}

/** Kills a process and all its descendants, including those in process groups of their own. */
export function endTree(pid) {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const childrenOf = new Map();
  for (const line of stdout.trim().split('\n')) {
    const [child, parent] = line.trim().split(/\s+/).map(Number);
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), child]);
  }
  const doomed = [pid];
  for (const each of doomed) doomed.push(...(childrenOf.get(each) ?? []));
  for (const each of doomed) kill(each, 'SIGKILL');
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // The process is already gone, or never started.
  }
}
