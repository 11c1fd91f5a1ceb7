import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { firstLine, type Unavailable } from '@drippulse/servers';

/** A separate file system, in memory, for tests of full disks. */
export type SmallDisk = {
  folder: string;
  /** Sets the disk's size, such as `8m`. */
  resize(size: string): void;
  /** Removes the disk, even while files on it are open. */
  unmount(): void;
};

/** Mounts a disk of this size, such as `64k`. Only root can mount it, and only on Linux. */
export function mountSmallDisk(size: string): SmallDisk | Unavailable {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'drippulse-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0755`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    rmdirSync(folder);
    return { unavailable: `A full disk needs Linux and the right to mount (${firstLine(error)}).` };
  }
  return {
    folder,
    resize: (other) => void execFileSync('mount', ['-o', `remount,size=${other}`, folder]),
    unmount() {
      execFileSync('umount', ['--lazy', folder]);
      rmdirSync(folder);
    },
  };
}
