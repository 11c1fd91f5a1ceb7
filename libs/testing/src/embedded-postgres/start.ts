import { existsSync, realpathSync, statSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../ports.ts';
import { type Account, accountFor, giveTo } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { createCluster, hasCluster, runAs, settingsFile, storedPassword } from './cluster.ts';
import { classifyFailure, explainFailure, PostgresError, textOf } from './failures.ts';
import { findServer, type ServerProcess, stopServer } from './server-process.ts';

/** How to run PostgreSQL on a folder. */
export type EmbeddedPostgresOptions = {
  dataDir: string;
  /** Default: a free one. */
  port?: number;
  /** Of the superuser, for a new folder; default: generated, and kept in the folder for its owner only. */
  password?: string;
  /** Lines of postgresql.conf, in force from the next start of the server on. */
  settings?: Record<string, string | number | boolean>;
  onProgress?(message: string): void;
};

/** A running server; `url` names its superuser `postgres`, `pid` its main process. */
export type EmbeddedPostgres = { url: string; port: number; pid: number; stop(): Promise<void> };

const patienceMs = 90_000;
const largestLogBytes = 10_000_000;

/**
 * Runs the PostgreSQL that npm installed on a folder, made when missing, listening on 127.0.0.1 only. A server that
 * already runs on the folder is used as it is; what a killed one left behind is recovered. Throws `PostgresError`, one
 * sentence that says what is wrong.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  const logFile = path.join(dataDir, 'server.log');
  try {
    return await start({ ...options, dataDir }, logFile);
  } catch (error) {
    if (error instanceof PostgresError) throw error;
    const where = { dataDir, port: options.port ?? 0, logFile };
    throw new PostgresError(explainFailure(textOf(error), where), { cause: error });
  }
}

async function start(options: EmbeddedPostgresOptions, logFile: string): Promise<EmbeddedPostgres> {
  const { onProgress = () => undefined } = options;
  const binaries = await findBinaries();
  const account = await accountFor(options.dataDir);
  if (!(await hasCluster(options.dataDir, binaries))) {
    onProgress('Creating the PostgreSQL data folder …');
    const sync = options.settings?.['fsync'] !== false;
    await createCluster(options.dataDir, binaries, account, { password: options.password, sync });
  }
  const dataDir = realpathSync(options.dataDir);
  const password = options.password ?? (await storedPassword(dataDir));
  if (password === undefined) throw new PostgresError(`The superuser password of ${dataDir} is not known: pass it.`);

  const server = await bringUp({ ...options, dataDir }, logFile, binaries, account, onProgress);
  const url = `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${server.port}/postgres`;
  await checkLogin(url, dataDir);
  return { url, port: server.port, pid: server.pid, stop: () => stopServer(dataDir) };
}

/** Until a ready server holds the folder: waits for one that is coming or going, starts one where there is none. */
async function bringUp(
  options: EmbeddedPostgresOptions,
  logFile: string,
  binaries: Binaries,
  account: Account,
  onProgress: (message: string) => void,
): Promise<ServerProcess> {
  const { dataDir } = options;
  let port = options.port;
  let said = '';
  for (const end = Date.now() + patienceMs; Date.now() < end; ) {
    const server = findServer(dataDir);
    if (server?.ready) return server;
    if (server !== undefined) {
      await sleep(50);
      continue;
    }
    port ??= await freePort();
    onProgress('Starting PostgreSQL …');
    const failure = await launch({ ...options, port }, logFile, binaries, account);
    if (failure === undefined) continue;
    said = failure;
    const kind = classifyFailure(failure);
    if (kind === 'other' || (kind === 'port_taken' && options.port !== undefined)) {
      throw new PostgresError(explainFailure(failure, { dataDir, port, logFile }), { cause: failure });
    }
    // Sessions of a killed server end by themselves within moments; a taken free port is replaced by another.
    port = options.port;
    await sleep(200);
  }
  throw new PostgresError(explainFailure(said, { dataDir, port: port ?? 0, logFile }));
}

/** Runs `pg_ctl start`; answers what PostgreSQL said when it failed. */
async function launch(
  options: EmbeddedPostgresOptions & { port: number },
  logFile: string,
  binaries: Binaries,
  account: Account,
): Promise<string | undefined> {
  const { dataDir, port, settings } = options;
  await giveTo(account, dataDir);
  await writeFile(path.join(dataDir, settingsFile), settingsText({ ...defaultSettings, port, ...settings }));
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

const defaultSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  timezone: 'UTC',
  log_timezone: 'UTC',
};

function settingsText(settings: Record<string, string | number | boolean>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`)
    .join('');
}

async function checkLogin(url: string, dataDir: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== '28P01') throw error;
    throw new PostgresError(`The PostgreSQL in ${dataDir} has another superuser password than the one given.`);
  } finally {
    await client.end().catch(() => undefined);
  }
}
