import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, firstLine, type Unavailable } from '@drippulse/servers';

const run = promisify(execFile);

/** The programs of Prometheus. */
export type PrometheusTools = { promtool: string; prometheus: string };

/**
 * Finds Prometheus' programs: on the PATH, else in Debian's package, which apt-get downloads into the cache without
 * installing it, as any user.
 */
export async function findPrometheus(
  options: { onProgress?(message: string): void } = {},
): Promise<PrometheusTools | Unavailable> {
  if ((await runs('promtool')) && (await runs('prometheus'))) {
    return { promtool: 'promtool', prometheus: 'prometheus' };
  }
  try {
    const folder = await fetchPackage(options.onProgress);
    return { promtool: path.join(folder, 'usr/bin/promtool'), prometheus: path.join(folder, 'usr/bin/prometheus') };
  } catch (error) {
    return {
      unavailable: `Prometheus needs promtool and prometheus on the PATH, or apt-get of Debian or Ubuntu (${firstLine(error)}).`,
    };
  }
}

async function fetchPackage(onProgress?: (message: string) => void): Promise<string> {
  const folder = cacheFolder('prometheus');
  if (existsSync(path.join(folder, 'usr/bin/promtool'))) return folder;
  await mkdir(path.dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  try {
    onProgress?.('Fetching Prometheus for the tests (20 MB, once) …');
    await download(draft);
    const [archive = ''] = (await readdir(draft)).filter((name) => name.endsWith('.deb'));
    await run('dpkg-deb', ['-x', archive, 'files'], { cwd: draft });
    // Renamed when complete. If another process was faster, its files are used.
    await rename(path.join(draft, 'files'), folder).catch((error: unknown) => {
      if (!existsSync(path.join(folder, 'usr/bin/promtool'))) throw error;
    });
    return folder;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/**
 * Downloads the package. If the system has no package lists, it uses package lists of its own, because only root may
 * update the system's lists.
 */
async function download(folder: string): Promise<void> {
  const fetchIt = (options: string[]) => run('apt-get', [...options, 'download', 'prometheus'], { cwd: folder });
  try {
    await fetchIt([]);
  } catch {
    const lists = path.join(folder, 'lists');
    await mkdir(path.join(lists, 'partial'), { recursive: true });
    const own = ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${folder}`];
    await run('apt-get', [...own, 'update']);
    await fetchIt(own);
  }
}

async function runs(program: string): Promise<boolean> {
  return run(program, ['--version']).then(
    () => true,
    () => false,
  );
}
