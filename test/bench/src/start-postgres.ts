import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@drippulse/servers';
import pg from 'pg';
import { databaseCpuSeconds } from './measuring/cpu.ts';

/** As shipped but for these, for us and for the peers: fsync is on. */
const settings = { shared_buffers: '1GB', max_wal_size: '4GB' };

/** A PostgreSQL of one bench's own. */
export type BenchPostgres = {
  url: string;
  /** Of its superuser, for one statement after the other. */
  client: pg.Client;
  /** Seconds that all its processes have spent on a core. */
  cpuSeconds(): Promise<number>;
  /** A database on the same server, for a peer. */
  addDatabase(): Promise<{ url: string; drop(): Promise<void> }>;
  /** Bytes of WAL written so far. */
  walBytes(): Promise<number>;
  stop(): Promise<void>;
};

export async function startPostgres(more: Record<string, string> = {}): Promise<BenchPostgres> {
  const folder = await mkdtemp(path.join(tmpdir(), 'drippulse-bench-'));
  const postgres = await startEmbeddedPostgres({
    dataDir: path.join(folder, 'postgres'),
    settings: { ...settings, ...more },
  });
  const endWithProcess = () => process.kill(postgres.pid, 'SIGINT');
  process.once('exit', endWithProcess);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  let databases = 0;
  return {
    url: postgres.url,
    client,
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
    async stop() {
      await client.end();
      process.off('exit', endWithProcess);
      await postgres.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
