import { readFileSync } from 'node:fs';

/**
 * Returns a name of a running process. Process ids are reused, within moments in a container, so on Linux the name
 * contains the start time, and no later process gets the same name. Returns undefined when there is no such process.
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
    // Tests a member instead of the class, because under jest, Node's errors come from another realm.
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
}
