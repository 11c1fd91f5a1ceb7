import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The server that holds a data folder, as its lock file tells. */
export type ServerProcess = { pid: number; port: number; ready: boolean };

/**
 * The server running on the folder. A lock file whose process is gone, dead but not yet reaped, or another program that
 * got its number meanwhile is removed: PostgreSQL itself would take any living process for its predecessor.
 */
export function findServer(dataDir: string): ServerProcess | undefined {
  const file = lockFile(dataDir);
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const pid = Number(lines[0]);
  if (!(pid > 0) || !isPostgresOf(pid, dataDir)) {
    rmSync(file, { force: true });
    return undefined;
  }
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/**
 * Ends the server of the folder: its sessions are cut, what they committed is on disk. Waits for the lock file to go and
 * not for the process, which may stay behind as a zombie where nobody reaps.
 */
export async function stopServer(dataDir: string): Promise<void> {
  const server = findServer(dataDir);
  if (server === undefined) return;
  for (const [signal, patienceMs] of [
    ['SIGINT', 30_000],
    ['SIGQUIT', 10_000],
  ] as const) {
    process.kill(server.pid, signal);
    for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(10)) {
      if (!existsSync(lockFile(dataDir)) || findServer(dataDir)?.pid !== server.pid) return;
    }
  }
}

function isPostgresOf(pid: number, dataDir: string): boolean {
  return commandOf(pid).includes(dataDir);
}

function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

function lockFile(dataDir: string): string {
  return path.join(dataDir, 'postmaster.pid');
}
