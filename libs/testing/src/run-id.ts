import { readFileSync } from 'node:fs';

/**
 * Names the test run this process belongs to: that of jest's main process, which its workers hang on by an IPC channel.
 * The start time is in it because process ids come back.
 */
export function runId(): string {
  const pid = runPid();
  return `${pid}_${startTime(pid)}`;
}

/** The process that the whole run lives in. */
export function runPid(): number {
  return isRunProcess() ? process.pid : process.ppid;
}

/** Whether this is that process, and not one of its workers. */
export function isRunProcess(): boolean {
  return process.channel === undefined;
}

function startTime(pid: number): string {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '');
    return afterName.split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}
