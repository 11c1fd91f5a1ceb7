import { spawn } from 'node:child_process';
import process from 'node:process';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program on this terminal and passes on the signals that this process gets, so that a `kill` of npm reaches the
 * program. Resolves with the program's exit code, or with the signal that ended it.
 */
export async function runForeground(file, args, { onSpawn, ...options } = {}) {
  const child = spawn(file, args, { stdio: 'inherit', ...options });
  const pass = (signal) => child.kill(signal);
  for (const signal of forwarded) process.on(signal, pass);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => onSpawn?.(child.pid));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
  } finally {
    for (const signal of forwarded) process.off(signal, pass);
  }
}

/** Ends this process as the program ended: with its exit code or its signal. */
export function endAs({ code, signal }) {
  if (signal) process.kill(process.pid, signal);
  else process.exitCode = code;
}
