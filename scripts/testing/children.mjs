import { spawn } from 'node:child_process';
import process from 'node:process';

const running = new Set();

/**
 * Runs a command in its own process group and returns its exit code and output. `live` shows the output as it comes.
 */
export function run(command, options = {}) {
  const { env = {}, live = false, cwd } = options;
  const [file, ...args] = command;
  const stdio = live ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'];
  const child = spawn(file, args, { cwd, stdio, detached: true, env: { ...process.env, ...env } });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.on('error', (error) => {
      output += `${file}: ${error.message}\n`;
    });
    child.on('close', (code) => {
      running.delete(child);
      resolve({ ok: code === 0, output });
    });
  });
}

/** Ends every command that still runs, with its children. */
export function endAll(signal) {
  for (const child of running) {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // Gone already, or never started.
    }
  }
}
