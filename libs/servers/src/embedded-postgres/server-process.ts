import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The server of a data folder, as its lock file describes it. */
export type ServerProcess = { pid: number; port: number; ready: boolean };

/** Finds the server that uses the data folder; undefined unless the folder's lock file names a live process. */
export function findServer(dataDir: string): ServerProcess | undefined {
  const lines = readLines(lockFile(dataDir));
  const pid = Number(lines?.[0]);
  if (lines === undefined || !isPostgresOf(pid, dataDir)) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/**
 * Removes the lock file of a server that is gone. Call it only when no other process can be starting a server.
 * PostgreSQL itself removes the file only if no process has the server's process id. After a crash, a zombie or another
 * program may have this id.
 */
export function removeStaleLock(dataDir: string): void {
  if (findServer(dataDir) === undefined) rmSync(lockFile(dataDir), { force: true });
}

/**
 * Ends the server of the folder. Sessions are cut, and committed data are on disk. The call waits until the lock file
 * is gone. It does not wait for the process, which may stay as a zombie if no parent reaps it.
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
  return `${commandOf(pid).trim()} `.includes(`postgres -D ${dataDir} `);
}

function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** Reads the lines of a file; undefined when the file does not exist, because it may be removed at any moment. */
function readLines(file: string): string[] | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if (!existsSync(file)) return undefined;
    throw error;
  }
}

function lockFile(dataDir: string): string {
  return path.join(dataDir, 'postmaster.pid');
}
