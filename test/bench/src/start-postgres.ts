import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@drippulse/servers';
import pg from 'pg';
import { databaseCpuSeconds } from './measuring/cpu.ts';

/**
 * The only settings that differ from PostgreSQL's defaults, for the platform and for the peers. All other settings keep
 * their defaults, so fsync is on.
 */
const settings = { shared_buffers: '1GB', max_wal_size: '4GB' };

/** A PostgreSQL for one bench. */
export type BenchPostgres = {
  url: string;
  /** A connection of the server's superuser, which runs one statement at a time. */
  client: pg.Client;
  /** Returns the seconds of CPU time of all processes of the server. */
  cpuSeconds(): Promise<number>;
  /** Makes a database on the same server, for a peer. */
  addDatabase(): Promise<{ url: string; drop(): Promise<void> }>;
  /** Returns the bytes of WAL written so far. */
  walBytes(): Promise<number>;
  /** Stops the server and starts it again, with empty buffers, at the same address. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

export async function startPostgres(more: Record<string, string> = {}): Promise<BenchPostgres> {
  const folder = await mkdtemp(path.join(tmpdir(), 'drippulse-bench-'));
  const dataDir = path.join(folder, 'postgres');
  let postgres = await startEmbeddedPostgres({ dataDir, settings: { ...settings, ...more } });
  const endWithProcess = () => process.kill(postgres.pid, 'SIGINT');
  process.once('exit', endWithProcess);
  let client = await connect(postgres.url);
  let databases = 0;
  return {
    url: postgres.url,
    get client() {
      return client;
    },
    cpuSeconds: () => databaseCpuSeconds(postgres.pid),
    async addDatabase() {
      databases += 1;
      const name = `peer_${databases}`;
      await client.query(`create database ${name}`);
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      return { url: url.href, drop: async () => void (await client.query(`drop database ${name} with (force)`)) };
    },
    async walBytes() {
      const { rows } = await client.query<{ bytes: number }>(
        `select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::float8 as bytes`,
      );
      return rows[0]?.bytes ?? Number.NaN;
    },
    async restart() {
      const { port } = postgres;
      await client.end();
      await postgres.stop();
      postgres = await startEmbeddedPostgres({ dataDir, port, settings: { ...settings, ...more } });
      client = await connect(postgres.url);
    },
    async stop() {
      await client.end();
      process.off('exit', endWithProcess);
      await postgres.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
