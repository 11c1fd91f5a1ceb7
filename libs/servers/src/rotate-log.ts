import { copyFileSync, statSync, truncateSync } from 'node:fs';

const largestBytes = 10_000_000;
const checkEveryMs = 60_000;

/** Checks every minute, until `stop`, whether the log of a server has grown beyond 10 MB, and if so rotates it. */
export function keepLogSmall(file: string): { stop(): void } {
  const timer = setInterval(() => rotateIfLarge(file, largestBytes), checkEveryMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/**
 * Copies a log with more than `mostBytes` to `<file>.1` and empties it. The server keeps the file open and appends to
 * it, so the file cannot be renamed. Lines that the server writes between the two steps are lost.
 */
export function rotateIfLarge(file: string, mostBytes: number): void {
  try {
    if (statSync(file).size <= mostBytes) return;
    copyFileSync(file, `${file}.1`);
    truncateSync(file);
  } catch {
    // The log is gone, or there is no room for a copy. The next check is in a minute.
  }
}
