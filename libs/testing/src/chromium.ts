import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { firstLine, type Unavailable } from '@drippulse/servers';

const run = promisify(execFile);
const names = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * Finds Chromium for tests of pages: on the PATH, else as Debian's package, which is installed if the tests run as
 * root, as in containers.
 */
export async function findChromium(
  options: { onProgress?(message: string): void } = {},
): Promise<{ executable: string } | Unavailable> {
  const present = onPath();
  if (present !== undefined) return { executable: present };
  const how = 'Chromium needs to be on the PATH (apt-get install chromium fonts-dejavu-core)';
  if (process.getuid?.() !== 0) return { unavailable: `${how}, or tests that run as root.` };
  try {
    options.onProgress?.('Installing Chromium for the tests (80 MB, once) …');
    await install();
    const installed = onPath();
    return installed === undefined ? { unavailable: `${how}.` } : { executable: installed };
  } catch (error) {
    return { unavailable: `${how}, or apt-get of Debian (${firstLine(error)}).` };
  }
}

/** Returns the absolute path of the program, which Playwright requires. */
function onPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => existsSync(file));
}

/**
 * Installs Chromium. Waits for other installations to end. The package lists are updated first, because a new container
 * may not have them.
 */
async function install(): Promise<void> {
  const waiting = ['-o', 'DPkg::Lock::Timeout=300'];
  await run('apt-get', [...waiting, 'update']);
  const options = [...waiting, 'install', '--yes', '--no-install-recommends'];
  await run('apt-get', [...options, 'chromium', 'fonts-dejavu-core'], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
