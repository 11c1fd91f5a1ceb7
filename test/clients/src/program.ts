import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';

/** The result of a program that has ended: its exit code, and its whole output. */
export type Outcome = { code: number | null; output: string };

/** Runs a program to its end; `env` is added to the environment. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Outcome> {
  const child = spawn(file, args, { cwd: options.cwd, env: { ...process.env, ...options.env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}
