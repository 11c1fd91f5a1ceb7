import { execFile } from 'node:child_process';
import { chown, lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { PostgresError } from './failures.ts';

const run = promisify(execFile);

/**
 * The user that runs PostgreSQL's programs. `uid` is the owner of PostgreSQL's files; if undefined, the user of this
 * process owns them.
 */
export type Account = { prefix: string[]; uid?: number };

/**
 * Finds the account that runs PostgreSQL, which refuses to run as root. If this process is root, PostgreSQL runs in a
 * user namespace in which root has the id of another user. Where namespaces are forbidden (in most containers), it runs
 * as another user who keeps root's right to enter closed folders. Neither way creates an account. If the folder already
 * belongs to another user, PostgreSQL runs as that user.
 */
export async function accountFor(dataDir: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const owner = await ownerOf(dataDir);
  const uid = owner || (await anyUser());
  const inNamespace = ['unshare', '-U', `--map-user=${uid}`, `--map-group=${uid}`];
  if (!owner && (await works(inNamespace))) return { prefix: inNamespace, uid: 0 };
  const asUser = [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${uid}`,
    '--clear-groups',
    '--securebits=+no_setuid_fixup',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=+dac_override',
  ];
  if (await works(asUser)) return { prefix: asUser, uid };
  throw new PostgresError(
    'PostgreSQL refuses to run as root, and neither unshare nor setpriv works here: run this as an ordinary user, or set DATABASE_URL.',
  );
}

/**
 * Gives the folder and its contents to the account. This is needed if root runs PostgreSQL as a different user than
 * before.
 */
export async function giveTo(account: Account, folder: string): Promise<void> {
  const { uid } = account;
  if (uid === undefined || (await ownerOf(folder)) === uid) return;
  for (const entry of await readdir(folder, { recursive: true })) await chown(path.join(folder, entry), uid, uid);
  await chown(folder, uid, uid);
}

async function ownerOf(folder: string): Promise<number | undefined> {
  return (await lstat(folder).catch(() => undefined))?.uid;
}

/** Returns an existing user id. The id must exist, because PostgreSQL looks its user up by id. */
async function anyUser(): Promise<number> {
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const ids = accounts.split('\n').map((line) => Number(line.split(':')[2]));
  return ids.find((id) => id > 0) ?? 65_534;
}

async function works(prefix: string[]): Promise<boolean> {
  const [file = '', ...before] = prefix;
  return run(file, [...before, 'true']).then(
    () => true,
    () => false,
  );
}
