import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
let proxy: FaultProxy;
beforeEach(async () => {
  database = await createTestDatabase({ name: 'fault_proxy' });
  proxy = await startFaultProxy({ port: Number(new URL(database.url).port) });
});
afterEach(async () => {
  await proxy.stop();
  await database.drop();
});

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Inserts a row in a transaction through the proxy. Returns whether the commit was confirmed, and the row count. */
async function insertThrough(): Promise<{ heard: boolean; rows: number }> {
  const direct = await connected(database.url);
  await direct.query('create table if not exists rows (id int)');
  const client = await connected(proxy.through(database.url));
  await client.query('begin');
  await client.query('insert into rows values (1)');
  const heard = await client.query('commit').then(
    () => true,
    () => false,
  );
  await client.end().catch(() => undefined);
  const { rows } = await direct.query('select count(*)::int as count from rows');
  await direct.end();
  return { heard, rows: rows[0].count };
}

test('without a fault all bytes pass', async () => {
  expect(await insertThrough()).toEqual({ heard: true, rows: 1 });
});

test('a connection cut before a commit arrives leaves nothing committed', async () => {
  const cut = proxy.cutAt('commit', 'before', 5_000);
  expect(await insertThrough()).toEqual({ heard: false, rows: 0 });
  expect(await cut).toBe(true);
});

test('a connection cut after a commit arrived leaves it committed and the client in doubt', async () => {
  const cut = proxy.cutAt('commit', 'after', 5_000);
  expect(await insertThrough()).toEqual({ heard: false, rows: 1 });
  expect(await cut).toBe(true);
});

test('a cut without a matching connection returns false, and does not hit a later one', async () => {
  expect(await proxy.cutAt('commit', 'before', 10)).toBe(false);
  expect(await insertThrough()).toEqual({ heard: true, rows: 1 });
});

test('cutting all connections breaks idle ones, and new ones pass', async () => {
  const client = await connected(proxy.through(database.url));
  const ended = new Promise((resolve) => client.once('end', resolve));
  proxy.cutAll();
  await ended;
  expect(await insertThrough()).toEqual({ heard: true, rows: 1 });
});

test('a swallowed connection stays silent for ever, and new ones pass once the proxy is healed', async () => {
  const client = await connected(proxy.through(database.url));
  proxy.fail('swallowed');
  let hasAnswer = false;
  const asked = client.query('select 1').then(
    () => (hasAnswer = true),
    () => undefined,
  );
  const opening = new pg.Client({ connectionString: proxy.through(database.url), connectionTimeoutMillis: 100 });
  await expect(opening.connect()).rejects.toThrow('timeout');
  proxy.heal();
  expect(await insertThrough()).toEqual({ heard: true, rows: 1 });
  expect(hasAnswer).toBe(false);
  proxy.cutAll();
  await asked;
});

test('the client of a half-open connection is not told, and new ones pass', async () => {
  const client = await connected(proxy.through(database.url));
  let hasEnded = false;
  client.once('end', () => (hasEnded = true));
  proxy.fail('half_open');
  expect(await insertThrough()).toEqual({ heard: true, rows: 1 });
  expect(hasEnded).toBe(false);
});

test('a slow connection passes everything, in order', async () => {
  proxy.fail('slow');
  expect(await insertThrough()).toEqual({ heard: true, rows: 1 });
});
