import { realpathSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { withFileLock } from '../file-lock.ts';
import { freePort } from '../ports.ts';
import { keepLogSmall } from '../rotate-log.ts';
import { accountFor, giveTo } from './account.ts';
import { findBinaries } from './binaries.ts';
import { createCluster, hasCluster, storedPassword } from './cluster.ts';
import { classifyFailure, explainFailure, PostgresError, textOf } from './failures.ts';
import { type Installation, launch, type Settings } from './launch.ts';
import { findServer, removeStaleLock, stopServer } from './server-process.ts';

/** Options for running PostgreSQL on a folder. */
export type EmbeddedPostgresOptions = {
  dataDir: string;
  /** Port of the server. Default: a free one. */
  port?: number;
  /**
   * Password of the superuser of a new folder. Default: generated. It is stored in the folder, in a file that only its
   * owner can read.
   */
  password?: string;
  /** Settings of postgresql.conf. A change takes effect when the server next starts. */
  settings?: Settings;
  onProgress?(message: string): void;
};

/** A running server. `url` names the superuser `postgres`, `pid` is the id of the server's main process. */
export type EmbeddedPostgres = { url: string; port: number; pid: number; stop(): Promise<void> };

const patienceMs = 90_000;

/**
 * Runs npm's PostgreSQL on a data folder, which is created if it is missing. The server listens only on 127.0.0.1. A
 * server that already runs on the folder is used unchanged. The data of a killed server are recovered. Throws
 * `PostgresError`, whose message is one sentence.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  try {
    // Only one process at a time starts a server on a folder, so that no process mistakes a starting server for the
    // remains of a dead one.
    return await withFileLock(`${dataDir}.starting`, () => start({ ...options, dataDir }));
  } catch (error) {
    if (error instanceof PostgresError) throw error;
    const where = { dataDir, port: options.port ?? 0, logFile: path.join(dataDir, 'server.log') };
    throw new PostgresError(explainFailure(textOf(error), where), { cause: error });
  }
}

async function start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries();
  const account = await accountFor(options.dataDir);
  if (!(await hasCluster(options.dataDir, binaries))) {
    options.onProgress?.('Creating the PostgreSQL data folder …');
    const sync = options.settings?.['fsync'] !== false;
    await createCluster(options.dataDir, binaries, account, { password: options.password, sync });
  }
  const dataDir = realpathSync(options.dataDir);
  const password = options.password ?? (await storedPassword(dataDir));
  if (password === undefined) throw new PostgresError(`The superuser password of ${dataDir} is not known: pass it.`);
  return bringUp({ dataDir, logFile: path.join(dataDir, 'server.log'), binaries, account }, password, options);
}

/**
 * Repeats until a server of the folder accepts connections: waits for a server that is starting or stopping, or starts
 * one.
 */
async function bringUp(
  installation: Installation,
  password: string,
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { dataDir, logFile, account } = installation;
  let said = '';
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(50)) {
    const server = findServer(dataDir);
    if (server !== undefined) {
      const url = `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${server.port}/postgres`;
      // A server that was killed a moment ago may still appear to be running.
      if (!server.ready || !(await answers(url, dataDir))) continue;
      const rotation = keepLogSmall(logFile);
      const stop = () => {
        rotation.stop();
        return stopServer(dataDir);
      };
      return { url, port: server.port, pid: server.pid, stop };
    }
    options.onProgress?.('Starting PostgreSQL …');
    const port = options.port ?? (await freePort());
    await giveTo(account, dataDir);
    removeStaleLock(dataDir);
    said = (await launch(installation, { ...options.settings, port })) ?? said;
    // Sessions of a killed server end within moments, so the start is tried again. If a port that was chosen as free
    // was taken in the meantime, the next try chooses another port.
    const kind = classifyFailure(said);
    if (said !== '' && (kind === 'other' || (kind === 'port_taken' && options.port !== undefined))) {
      throw new PostgresError(explainFailure(said, { dataDir, port, logFile }), { cause: said });
    }
  }
  throw new PostgresError(explainFailure(said, { dataDir, port: options.port ?? 0, logFile }), { cause: said });
}

async function answers(url: string, dataDir: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== '28P01') return false;
    throw new PostgresError(`The PostgreSQL in ${dataDir} has another superuser password than the one given.`);
  } finally {
    await client.end().catch(() => undefined);
  }
}
