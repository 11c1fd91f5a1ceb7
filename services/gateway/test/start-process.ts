import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type StartedProcess = {
  /** Members of the log line that reported the start, such as `port`. */
  started: Record<string, unknown>;
  /** Sends SIGTERM and returns the exit code. */
  stop(): Promise<number | null>;
};

/** Starts an executable of this package with only these variables, and waits until it logs `message`. */
export async function startProcess(
  executable: string,
  options: { message: string; env: Record<string, string> },
): Promise<StartedProcess> {
  const { message, env } = options;
  const file = fileURLToPath(new URL(`../src/${executable}`, import.meta.url));
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const killWithTests = () => child.kill('SIGKILL');
  process.once('exit', killWithTests);
  child.once('exit', () => process.off('exit', killWithTests));
  return { started: await lineWith(child, message), stop: () => stopChild(child) };
}

/** Returns the first log line with this message. Rejects with the whole output if the process ends before. */
function lineWith(child: ChildProcess, message: string): Promise<Record<string, unknown>> {
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
  const output: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    if (!input) continue;
    createInterface({ input }).on('line', (line) => {
      output.push(line);
      if (line.startsWith('{') && JSON.parse(line).msg === message) resolve(JSON.parse(line));
    });
  }
  child.once('exit', () => reject(new Error(`the process ended:\n${output.join('\n')}`)));
  return promise;
}

async function stopChild(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }
  return child.exitCode;
}
