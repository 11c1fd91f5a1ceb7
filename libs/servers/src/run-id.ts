import { identityOf } from './process-identity.ts';

/** Names the test run this process belongs to. */
export function runId(): string {
  return identityOf(runPid()) ?? String(runPid());
}

/** The process that the whole run lives in: jest's main process, which its workers hang on by an IPC channel. */
export function runPid(): number {
  return isRunProcess() ? process.pid : process.ppid;
}

/** Whether this is that process, and not one of its workers. */
export function isRunProcess(): boolean {
  return process.channel === undefined;
}
