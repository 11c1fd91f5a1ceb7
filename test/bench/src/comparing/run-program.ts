import { spawn } from 'node:child_process';

const patienceMs = 10_000;

/**
 * Runs a program to its end and returns its standard output. The program's errors go to this process's standard error.
 * The program runs in a process group of its own, which `signal` ends.
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  { cwd, signal }: { cwd: string; signal: AbortSignal },
): Promise<string> {
  signal.throwIfAborted();
  const child = spawn(file, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const kill = (name: NodeJS.Signals) => {
    try {
      process.kill(-(child.pid ?? 0), name);
    } catch {
      // The group has already ended.
    }
  };
  let killing: NodeJS.Timeout | undefined;
  const end = () => {
    kill('SIGTERM');
    killing = setTimeout(() => kill('SIGKILL'), patienceMs);
  };
  signal.addEventListener('abort', end);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`${args.join(' ')} ended with code ${code} in ${cwd}`);
    return output;
  } finally {
    clearTimeout(killing);
    signal.removeEventListener('abort', end);
  }
}
