import { existsSync, statSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { runAs, settingsFile } from './cluster.ts';
import { textOf } from './failures.ts';

/** A data folder, and the programs and the account with which PostgreSQL runs on it. */
export type Installation = { dataDir: string; logFile: string; binaries: Binaries; account: Account };

/** Settings of postgresql.conf. */
export type Settings = Record<string, string | number | boolean>;

const defaultSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  timezone: 'UTC',
  log_timezone: 'UTC',
};
const largestLogBytes = 10_000_000;

/** Starts the server and waits until it is ready. If it fails, returns the output of PostgreSQL. */
export async function launch(installation: Installation, settings: Settings): Promise<string | undefined> {
  const { dataDir, logFile, binaries, account } = installation;
  await writeFile(path.join(dataDir, settingsFile), settingsText({ ...defaultSettings, ...settings }));
  if (existsSync(logFile) && statSync(logFile).size > largestLogBytes) await rename(logFile, `${logFile}.1`);
  const before = existsSync(logFile) ? statSync(logFile).size : 0;
  try {
    await runAs(account, binaries.pgCtl, ['-D', dataDir, '-w', '-t', '60', '-s', '-l', logFile, 'start']);
    return undefined;
  } catch (error) {
    const log = await readFile(logFile, 'utf8').catch(() => '');
    return `${log.slice(before)}\n${textOf(error)}`;
  }
}

function settingsText(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`)
    .join('');
}
