import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Account, giveTo } from './account.ts';
import type { Binaries } from './binaries.ts';
import { otherVersion, PostgresError } from './failures.ts';

const run = promisify(execFile);
const passwordFile = 'superuser-password';
/** The platform's settings, included by postgresql.conf and written at each start. */
export const settingsFile = 'drippulse.conf';

/** Whether the folder has a cluster. Refuses a folder that was written by another major version. */
export async function hasCluster(dataDir: string, binaries: Binaries): Promise<boolean> {
  const version = await readFile(path.join(dataDir, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) return false;
  if (version.trim() === binaries.major) return true;
  throw new PostgresError(otherVersion(dataDir, version.trim(), binaries.major));
}

/**
 * Creates the cluster next to its final place and then moves it there, so that an incomplete cluster is never mistaken
 * for data. Its superuser `postgres` logs in with a password only.
 */
export async function createCluster(
  dataDir: string,
  binaries: Binaries,
  account: Account,
  options: { password?: string; sync: boolean },
): Promise<void> {
  const password = options.password ?? randomBytes(24).toString('base64url');
  await mkdir(path.dirname(dataDir), { recursive: true });
  const draft = await mkdtemp(`${dataDir}.new-`);
  const pwFile = `${draft}.password`;
  try {
    await giveTo(account, draft);
    await writeFile(pwFile, password, { mode: 0o600 });
    await runAs(account, binaries.initdb, [
      ...['-D', draft, '-U', 'postgres', `--pwfile=${pwFile}`, '--auth=scram-sha-256', '--encoding=UTF8'],
      // The builtin provider exists on every system. Its sort order never changes, so indexes stay valid.
      ...[
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        ...(options.sync ? [] : ['--no-sync']),
      ],
    ]);
    await rename(pwFile, path.join(draft, passwordFile));
    await appendFile(path.join(draft, 'postgresql.conf'), `\ninclude_if_exists '${settingsFile}'\n`);
    await rename(draft, dataDir).catch((error: unknown) => {
      // Another process was faster, and its cluster can be used just as well.
      if (!existsSync(path.join(dataDir, 'PG_VERSION'))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(pwFile, { force: true });
  }
}

/** Returns the superuser's password that was stored when the cluster was made. */
export async function storedPassword(dataDir: string): Promise<string | undefined> {
  return readFile(path.join(dataDir, passwordFile), 'utf8').catch(() => undefined);
}

/** Runs one of PostgreSQL's programs as the account. */
export async function runAs(account: Account, file: string, args: string[]): Promise<void> {
  const [first = '', ...rest] = [...account.prefix, file, ...args];
  await run(first, rest, { cwd: '/', env: { ...process.env, LC_ALL: 'C' } });
}
