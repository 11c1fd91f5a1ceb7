import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { portOf } from '../ports.ts';
import { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './start.ts';

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? test : test.skip;
const ordinaryUser = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
// If the repository is in root's home, which no other user can enter, only root can run anything in it.
const asOrdinaryUser = isRoot && spawnAs(ordinaryUser, ['test', '-r', import.meta.filename]) ? test : test.skip;
const searchPath = process.env['PATH'] ?? '';

let home: string;
let dataDir: string;
const started: EmbeddedPostgres[] = [];
beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'drippulse-pg-test-'));
  dataDir = path.join(home, 'data', 'postgres');
});
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
  rmSync(home, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, settings: { fsync: false }, ...options });
  started.push(server);
  return server;
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function query(url: string, text: string): Promise<unknown[]> {
  return withClient(url, async (client) => (await client.query(text)).rows);
}

async function backgroundPids(url: string): Promise<number[]> {
  const { rows } = await withClient(url, (client) =>
    client.query<{ pid: number }>("select pid from pg_stat_activity where backend_type <> 'client backend'"),
  );
  return rows.map((row) => row.pid);
}

test('a new folder becomes a server that takes its password only, from this machine only', async () => {
  const messages: string[] = [];
  const { url, port } = await start({ onProgress: (message) => messages.push(message) });
  expect(await query(url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  expect(
    await query(url, "select count(*)::int as open from pg_hba_file_rules where auth_method <> 'scram-sha-256'"),
  ).toEqual([{ open: 0 }]);
  await expect(query(`postgres://postgres:guess@127.0.0.1:${port}/postgres`, 'select 1')).rejects.toMatchObject({
    code: '28P01',
  });
  expect(messages).toEqual(['Creating the PostgreSQL data folder …', 'Starting PostgreSQL …']);
  expect(statSync(dataDir).mode & 0o077).toBe(0);
  expect(statSync(path.join(dataDir, 'superuser-password')).mode & 0o077).toBe(0);
});

test('a running server on the folder is used as it is, also by several at once', async () => {
  const servers = await Promise.all([start(), start(), start()]);
  const again = await start();
  expect(new Set([...servers, again].map(({ pid }) => pid)).size).toBe(1);
});

test('data survive a stop and a start, and settings apply from the next start on', async () => {
  const first = await start();
  await query(first.url, 'create table facts as select 1 as n');
  await first.stop();
  expect(existsSync(path.join(dataDir, 'postmaster.pid'))).toBe(false);
  const second = await start({ settings: { work_mem: '7MB', application_name: "it's" } });
  expect(
    await query(
      second.url,
      "select n, current_setting('work_mem') as m, current_setting('application_name') as a from facts",
    ),
  ).toEqual([{ n: 1, m: '7MB', a: "it's" }]);
});

test('after kill -9 of every process the next start has every commit', async () => {
  const first = await start({ settings: {} });
  await query(first.url, 'create table facts as select 1 as n');
  const pids = [first.pid, ...(await backgroundPids(first.url))];
  // Some processes may have ended before they got their signal, because the main process is gone.
  spawnSync('kill', ['-9', ...pids.map(String)]);
  const second = await start();
  expect(second.pid).not.toBe(first.pid);
  expect(await query(second.url, 'select n from facts')).toEqual([{ n: 1 }]);
});

test('after kill -9 of the main process alone the next start waits until the sessions have ended', async () => {
  const first = await start();
  const session = new pg.Client({ connectionString: first.url });
  session.on('error', () => undefined);
  await session.connect();
  process.kill(first.pid, 'SIGKILL');
  const second = await start();
  expect(await query(second.url, 'select 1 as ok')).toEqual([{ ok: 1 }]);
  await session.end().catch(() => undefined);
});

test('a lock file whose process number belongs to another program does not prevent the start', async () => {
  const first = await start();
  await first.stop();
  const other = spawn('sleep', ['60']);
  writeFileSync(path.join(dataDir, 'postmaster.pid'), `${other.pid}\n${dataDir}\n1\n1\n\n127.0.0.1\n1 1\nready   \n`);
  expect(await query((await start()).url, 'select 1 as ok')).toEqual([{ ok: 1 }]);
  other.kill();
});

test('a taken port is named in one sentence', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const port = portOf(taken);
  await expect(start({ port })).rejects.toThrow(
    `Port ${port} is taken by another program, so PostgreSQL cannot listen there.`,
  );
  taken.close();
});

test('a folder of another major version is refused by name and left as it is', async () => {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(path.join(dataDir, 'PG_VERSION'), '12\n');
  await expect(start()).rejects.toThrow(/^The data in .* were written by PostgreSQL 12, and this is PostgreSQL 18/);
  expect(readFileSync(path.join(dataDir, 'PG_VERSION'), 'utf8')).toBe('12\n');
});

test('a path where no folder can be made is named in one sentence', async () => {
  writeFileSync(path.join(home, 'data'), 'a file');
  await expect(start()).rejects.toThrow(/PostgreSQL (may not write to|does not start).*data\/postgres/);
});

test('a wrong password for the folder is reported as such', async () => {
  await start({ password: 'right' });
  await expect(start({ password: 'wrong' })).rejects.toThrow('has another superuser password than the one given');
});

test('an interrupted start leaves nothing that the next one takes for data', async () => {
  mkdirSync(`${dataDir}.new-1`, { recursive: true });
  writeFileSync(path.join(`${dataDir}.new-1`, 'PG_VERSION'), '18\n');
  expect(await query((await start()).url, 'select 1 as ok')).toEqual([{ ok: 1 }]);
});

asRoot('root starts it in a folder that others cannot enter', async () => {
  chmodSync(home, 0o700);
  const { url } = await start();
  expect(await query(url, 'select 1 as ok')).toEqual([{ ok: 1 }]);
});

asRoot('root starts it where user namespaces are forbidden, on old data too', async () => {
  chmodSync(home, 0o700);
  const before = await start();
  await query(before.url, 'create table facts as select 1 as n');
  await before.stop();
  const shadow = path.join(home, 'bin');
  mkdirSync(shadow);
  writeFileSync(path.join(shadow, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const uid = startInChild({ searchPath: `${shadow}${path.delimiter}${searchPath}` });
  expect(Number(uid)).toBeGreaterThan(0);
  expect(await query((await start()).url, 'select n from facts')).toEqual([{ n: 1 }]);
});

asOrdinaryUser('an ordinary user starts it too', () => {
  chmodSync(home, 0o777);
  expect(startInChild({ as: ordinaryUser })).toBe('65534\n');
});

function spawnAs(as: string[], command: string[]): boolean {
  const [file = '', ...args] = [...as, ...command];
  return spawnSync(file, args).status === 0;
}

/** Starts and stops a server in another process, and returns the user id under which the server ran. */
function startInChild(options: { as?: string[]; searchPath?: string }): string {
  const script = `
    import { statSync } from 'node:fs';
    import { startEmbeddedPostgres } from ${JSON.stringify(path.join(import.meta.dirname, 'start.ts'))};
    const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
    console.log(statSync('/proc/' + server.pid).uid);
    await server.stop();`;
  const [file = '', ...args] = [...(options.as ?? []), process.execPath, '--input-type=module', '-e', script];
  return execFileSync(file, args, {
    cwd: '/',
    encoding: 'utf8',
    env: { PATH: options.searchPath ?? searchPath, HOME: home },
  });
}
