import { readFile } from 'node:fs/promises';

/** Clock ticks a second in Linux's /proc. */
const ticksPerSecond = 100;

/** Returns the seconds of CPU time of a process, without its children. Returns NaN if there is no /proc. */
export async function cpuSeconds(pid: number): Promise<number> {
  const fields = await statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/**
 * Returns the seconds of CPU time of a PostgreSQL server: its main process and all its children, including those that
 * have ended.
 */
export async function databaseCpuSeconds(pid: number): Promise<number> {
  const fields = await statOf(pid);
  const main = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0) / ticksPerSecond;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const living = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map((child) => cpuSeconds(Number(child)).catch(() => 0)),
  );
  return living.reduce((sum, seconds) => sum + seconds, main);
}

/** Returns the largest resident memory of a process so far, in MB. Returns NaN if there is no /proc. */
export async function peakMemoryMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
}

/** Reads the fields after the name, which may contain spaces. The first field is the state. */
async function statOf(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
