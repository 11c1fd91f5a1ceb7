import { readFileSync } from 'node:fs';

/**
 * Returns a name for a running process; undefined when there is no such process. Process ids are reused, in a container
 * within moments. On Linux the name therefore contains the start time, so that no later process gets an equal name.
 */
export function identityOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return isAlive(pid) ? String(pid) : undefined;
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '');
    return `${pid}_${afterName.split(' ')[19]}`;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Tests a member instead of the class, because under jest, Node's errors belong to another realm.
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
}
