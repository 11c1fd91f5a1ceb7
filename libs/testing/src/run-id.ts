import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

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

/** A folder for what the processes of this run share. */
export async function runFolder(): Promise<string> {
  const folder = path.join(os.tmpdir(), `drippulse-run-${runId()}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

function startTime(pid: number): string {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '');
    return afterName.split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}
