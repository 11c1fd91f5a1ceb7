import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeEnvironment, nodeFlags } from '@drippulse/topology';
import { cpuSeconds, peakMemoryMb } from '../measuring/cpu.ts';

/** A process that serves on a port of this machine. */
export type Child = {
  port: number;
  /** Returns the seconds of CPU time of the process. */
  cpuSeconds(): Promise<number>;
  peakMemoryMb(): Promise<number>;
  /**
   * Returns the longest turn of the process's event loop since the last call. It is only for a process that measures
   * turns, by BENCH_STALLS.
   */
  longestStallMs(): Promise<number>;
  stop(): Promise<void>;
};

/** Starts a program of the bench, which reports its port once it serves and ends by SIGTERM. Discards its output. */
export async function startChild(
  file: URL,
  env: Record<string, string>,
  { args = [], execArgv = [] }: { args?: readonly string[]; execArgv?: readonly string[] } = {},
): Promise<Child> {
  const child = spawn(process.execPath, [...nodeFlags, ...execArgv, fileURLToPath(file), ...args], {
    env: { PATH: process.env['PATH'], ...nodeEnvironment, ...env },
    stdio: ['ignore', 'ignore', 2, 'ipc'],
  });
  const exited = once(child, 'exit');
  const failed = exited.then(() => Promise.reject(new Error(`${file.pathname} did not start`)));
  failed.catch(() => undefined);
  const [told]: { port: number }[] = await Promise.race([once(child, 'message'), failed]);
  const { pid = 0 } = child;
  return {
    port: told?.port ?? 0,
    cpuSeconds: () => cpuSeconds(pid),
    peakMemoryMb: () => peakMemoryMb(pid),
    async longestStallMs() {
      child.send('stall');
      const [answer]: { stallMs: number }[] = await once(child, 'message');
      return answer?.stallMs ?? Number.NaN;
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
