import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder, firstLine, type Unavailable, withFileLock } from '@drippulse/servers';

const run = promisify(execFile);
const requirements = fileURLToPath(new URL('../requirements.txt', import.meta.url));
const timeout = 300_000;

/** A virtual environment with the packages of requirements.txt. `bin` is the folder of its programs. */
export type PythonEnvironment = { bin: string };

/**
 * Makes the environment in the folder of downloads, once for each content of requirements.txt. Only wheels are
 * installed, so that no script of a package runs.
 */
export async function findPython(): Promise<PythonEnvironment | Unavailable> {
  try {
    await run('python3', ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))']);
    const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
    const folder = cacheFolder(`python-${version}`);
    await withFileLock(`${folder}.lock`, () => install(folder));
    return { bin: path.join(folder, 'bin') };
  } catch (error) {
    return {
      unavailable: `Python needs version 3.10 or newer on the PATH, with venv, and a registry of its packages (${firstLine(error)}).`,
    };
  }
}

/**
 * Installs the packages. If an installation is interrupted, the environment has no stamp, and the installation starts
 * again.
 */
async function install(folder: string): Promise<void> {
  const stamp = path.join(folder, 'installed');
  if (existsSync(stamp)) return;
  await rm(folder, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', folder]);
  const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--quiet', '--only-binary=:all:', '--no-deps'];
  await run(path.join(folder, 'bin/python'), [...pip, '--requirement', requirements], { timeout });
  await writeFile(stamp, '');
}
