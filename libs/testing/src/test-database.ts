import { randomBytes } from 'node:crypto';
import { runId } from '@drippulse/servers';
import pg from 'pg';
import { testPostgres } from './test-postgres.ts';

/** A database of one test. */
export type TestDatabase = { url: string; drop(): Promise<void> };

/** Serializes the creation of templates between jest workers and packages. */
const templateLock = 7_215_331;
const leftoverHours = 2;

/**
 * Creates a database with a unique name, of which `name` is a part. `prepare` migrates it. With `template`, `prepare`
 * runs once in a test run, and all databases of that template are copies of its result.
 */
export async function createTestDatabase(
  options: { name?: string; template?: string; prepare?(url: string): Promise<void> } = {},
): Promise<TestDatabase> {
  const { name = 'test', template, prepare } = options;
  const server = await testPostgres();
  const database = `drippulse_test_${plain(name)}_${randomBytes(6).toString('hex')}`;
  const url = urlOf(server.url, database);
  await withAdmin(server.url, async (admin) => {
    if (template === undefined || prepare === undefined) return createDatabase(admin, database);
    await createDatabase(admin, database, await ensureTemplate(admin, server.url, plain(template), prepare));
  });
  if (template === undefined) await prepare?.(url);
  return { url, drop: () => withAdmin(server.url, (admin) => dropDatabase(admin, database)) };
}

async function ensureTemplate(
  admin: pg.Client,
  serverUrl: string,
  template: string,
  prepare: (url: string) => Promise<void>,
): Promise<string> {
  const finished = `drippulse_template_${template}_${runId()}`;
  if (await exists(admin, finished)) return finished;
  await admin.query('select pg_advisory_lock($1)', [templateLock]);
  try {
    if (await exists(admin, finished)) return finished;
    await dropLeftovers(admin);
    const draft = `${finished}_draft`;
    await dropDatabase(admin, draft);
    await createDatabase(admin, draft);
    await prepare(urlOf(serverUrl, draft));
    // Connections of a pool that `prepare` closed may not have ended yet, and a database with connections cannot be
    // renamed or copied.
    await admin.query('select pg_terminate_backend(pid, 1000) from pg_stat_activity where datname = $1', [draft]);
    await admin.query(`alter database ${draft} rename to ${finished}`);
    return finished;
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [templateLock]);
  }
}

/**
 * Drops the databases that killed test runs left on a server that outlives the runs. The comment of a database contains
 * the time of its creation.
 */
async function dropLeftovers(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query(
    `select datname as name from pg_database
     where datname ~ '^drippulse_(test|template)_'
       and shobj_description(oid, 'pg_database')::timestamptz < now() - make_interval(hours => $1)`,
    [leftoverHours],
  );
  for (const row of rows) await dropDatabase(admin, row.name);
}

async function createDatabase(admin: pg.Client, database: string, template = 'template1'): Promise<void> {
  await admin.query(`create database ${database} template ${template}`);
  await admin.query(`comment on database ${database} is '${new Date().toISOString()}'`);
}

async function dropDatabase(admin: pg.Client, database: string): Promise<void> {
  await admin.query(`drop database if exists ${database} with (force)`);
}

async function exists(admin: pg.Client, database: string): Promise<boolean> {
  const { rows } = await admin.query('select 1 from pg_database where datname = $1', [database]);
  return rows.length > 0;
}

async function withAdmin(url: string, work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  admin.on('error', () => undefined);
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 20);
}
