import path from 'node:path';
import { startEmbeddedPostgres } from '@drippulse/servers';
import pg from 'pg';
import type { Settings } from './config.ts';
import { type Secrets, StartError } from './secrets.ts';

/** The database server of an installation, reserved for this process. */
export type ReservedPostgres = {
  adminUrl: string;
  /** Calls `listener` once when the connection of the reservation ends, for example because the server ended. */
  onceLost(listener: () => void): void;
  /**
   * If the server is embedded and has ended, starts it on its port. Then reserves it again. Throws when either fails.
   */
  reserveAgain(): Promise<void>;
  release(): Promise<void>;
};

/** These settings detect within half a minute that a server on another machine is gone. */
const keepAliveMs = 10_000;
const connectTimeoutMs = 10_000;

type Server = { adminUrl: string; start(): Promise<void>; stop(): Promise<void> };

/**
 * Starts or reaches PostgreSQL and reserves it for this process. Throws a StartError if another process has reserved
 * it.
 */
export async function reservePostgres(
  settings: Settings,
  secrets: Secrets,
  onProgress: (line: string) => void,
): Promise<ReservedPostgres> {
  const server = await reachServer(settings, secrets, onProgress);
  const lock = await takeLock(server, settings).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  if ('holder' in lock) {
    const place = settings.databaseUrl === undefined ? settings.dataDir : 'this database';
    throw new StartError(
      `DripPulse already runs on ${place} (${lock.holder}). Stop it first, or choose another folder with DATA_DIR and another PORT.`,
    );
  }
  let { client } = lock;
  return {
    adminUrl: server.adminUrl,
    onceLost: (listener) => void client.once('end', listener),
    async reserveAgain() {
      await server.start();
      const again = await takeLock(server, settings);
      // The server may not have noticed yet that this process's former connection is gone.
      if ('holder' in again) throw new Error(`PostgreSQL is reserved by ${again.holder}`);
      client = again.client;
    },
    async release() {
      await client.end();
      await server.stop();
    },
  };
}

/**
 * Reaches PostgreSQL whether or not the platform is running. `leave` stops the server only if this process started it.
 */
export async function borrowPostgres(
  settings: Settings,
  secrets: Secrets,
): Promise<{ adminUrl: string; leave(): Promise<void> }> {
  const server = await reachServer(settings, secrets, () => undefined);
  const lock = await takeLock(server, settings).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  if ('holder' in lock) return { adminUrl: server.adminUrl, leave: async () => undefined };
  return {
    adminUrl: server.adminUrl,
    async leave() {
      await lock.client.end();
      await server.stop();
    },
  };
}

async function reachServer(settings: Settings, secrets: Secrets, onProgress: (line: string) => void): Promise<Server> {
  if (settings.databaseUrl !== undefined) {
    return { adminUrl: settings.databaseUrl, start: async () => undefined, stop: async () => undefined };
  }
  const options = { dataDir: path.join(settings.dataDir, 'postgres'), password: secrets.postgresPassword };
  const server = await startEmbeddedPostgres({ ...options, onProgress });
  return {
    adminUrl: server.url,
    start: async () => void (await startEmbeddedPostgres({ ...options, port: server.port })),
    stop: () => server.stop(),
  };
}

/**
 * Takes an advisory lock on a separate connection for the life of the process. The lock ends with the process, even
 * when the process is killed, so no stale lock file blocks the next start.
 */
async function takeLock(server: Server, settings: Settings): Promise<{ client: pg.Client } | { holder: string }> {
  const client = new pg.Client({
    connectionString: server.adminUrl,
    application_name: `drippulse platform, process ${process.pid}`,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    connectionTimeoutMillis: connectTimeoutMs,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query("select pg_try_advisory_lock(hashtext('drippulse platform')) as taken");
    if (rows[0]?.taken === true) return { client };
    const holders = await client.query(
      `select application_name from pg_stat_activity
       where application_name like 'drippulse platform, process %' and pid <> pg_backend_pid() limit 1`,
    );
    await client.end();
    return {
      holder: String(holders.rows[0]?.application_name ?? 'another process').replace('drippulse platform, ', ''),
    };
  } catch (error) {
    await client.end().catch(() => undefined);
    if (settings.databaseUrl === undefined) throw error;
    throw new StartError(
      `The database at DATABASE_URL does not answer: ${error instanceof Error ? error.message : error}.`,
    );
  }
}
