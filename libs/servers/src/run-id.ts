import { identityOf } from './process-identity.ts';

/** Returns the name of the test run to which this process belongs. */
export function runId(): string {
  return identityOf(runPid()) ?? String(runPid());
}

/** Returns the id of the run's main process. Workers of jest are connected to it by an IPC channel. */
export function runPid(): number {
  return isRunProcess() ? process.pid : process.ppid;
}

/** Whether this is the main process of the run, not one of its workers. */
export function isRunProcess(): boolean {
  return process.channel === undefined;
}
