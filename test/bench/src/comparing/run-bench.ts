import type { Figures } from '../bench.ts';
import { runProgram } from './run-program.ts';

/** Runs one bench of a work tree in a process of its own. */
export async function runBench(
  root: string,
  name: string,
  { short, signal }: { short: boolean; signal: AbortSignal },
): Promise<Figures> {
  const args = ['--disable-warning=TimeoutNegativeWarning', 'test/bench/src/main.ts', name, '--json'];
  const output = await runProgram(process.execPath, short ? [...args, '--short'] : args, { cwd: root, signal });
  const { better: _, ...figures }: Figures = JSON.parse(output);
  return figures;
}
