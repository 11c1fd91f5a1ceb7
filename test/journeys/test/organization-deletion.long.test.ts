import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { type FakeProviders, startFakeProviders } from '@drippulse/fake-providers';
import { type Api, type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually, type TestDatabase } from '@drippulse/testing';
import { owners, packageOf, processOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { makeAllResources, makeOrganization } from '../src/organizations.ts';
import { startOwnDatabase } from '../src/own-database.ts';

type Table = {
  owner?: { column: string; table?: string; key?: string };
  isExported: boolean;
  kept?: string;
};

let database: TestDatabase;
let client: pg.Client;
let fakes: FakeProviders;
let platform: RunningPlatform;
let leaver: Api;
let stayer: Api;
let leaverId: string;
let stayerId: string;
/** The declarations of the services about their tables, by schema. */
const declared = new Map<string, Record<string, Table>>();

beforeAll(async () => {
  for (const { name, schema } of owners) {
    const folder = `../../../services/${processOf(name)}/src${packageOf(name) === packageOf(processOf(name)) ? '' : `/${name}`}`;
    const { service } = await import(`${folder}/service.ts`);
    declared.set(schema, service.organizationTables);
  }
  database = await startOwnDatabase();
  fakes = await startFakeProviders();
  platform = await startLayout('start', {
    env: { DATABASE_URL: database.url, RATE_LIMIT_BURST: '10000', PROVIDER_HOSTS_OVERRIDE: fakes.url },
  });
  client = new pg.Client(database.url);
  await client.connect();
  leaver = await makeOrganization(platform, 'leaver', { DATABASE_URL: database.url });
  stayer = await makeOrganization(platform, 'stayer', { DATABASE_URL: database.url });
  await makeAllResources(leaver, 'mark-of-leaver');
  await makeAllResources(stayer, 'mark-of-stayer');
  leaverId = String((await leaver.get('/api/v1/account')).body.id);
  stayerId = String((await stayer.get('/api/v1/account')).body.id);
});
afterAll(async () => {
  await client?.end();
  await platform?.dispose();
  await fakes?.stop();
  await database?.drop();
});

async function texts(statement: string, values: unknown[] = []): Promise<string[]> {
  const { rows } = await client.query<{ text: string }>(statement, values);
  return rows.map(({ text }) => text);
}

const tablesOf = (schema: string) =>
  texts(
    `select c.relname as text from pg_class c
     where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
    [schema],
  );

/** Counts the rows of an organization, by table; empty tables are left out. */
async function rowsOf(organizationId: string): Promise<Record<string, number>> {
  const tables = await texts(
    `select format('%I.%I', table_schema, table_name) as text from information_schema.columns
     join pg_class c on c.oid = format('%I.%I', table_schema, table_name)::regclass
     where column_name = 'organization_id' and table_schema = any($1) and c.relkind in ('r', 'p') and not c.relispartition`,
    [owners.map(({ schema }) => schema)],
  );
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const [count] = await texts(`select count(*)::text as text from ${table} where organization_id = $1`, [
      organizationId,
    ]);
    if (count !== '0') counts[table] = Number(count);
  }
  return counts;
}

const isWork = (table: string) => {
  const [schema = '', name = ''] = table.split('.');
  return declared.get(schema)?.[name]?.isExported !== true;
};
const withoutWork = (counts: Record<string, number>) =>
  Object.fromEntries(Object.entries(counts).filter(([table]) => !isWork(table)));

/** Returns the files of a zip archive. Finds them through the directory at the end of the archive. */
function unzip(archive: Buffer): Map<string, string> {
  const end = archive.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  const files = new Map<string, string>();
  let at = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count -= 1) {
    const [method, size] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20)];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    const name = archive.toString('utf8', at + 46, at + 46 + (nameLength ?? 0));
    const local = archive.readUInt32LE(at + 42);
    const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const bytes = archive.subarray(from, from + size);
    files.set(name, (method === 8 ? inflateRawSync(bytes) : bytes).toString());
    at += 46 + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return files;
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');
/** Returns the subjects of the mails that the organization's administrator got about the deletion. */
const mails = () => {
  const folder = path.join(platform.dataDir, 'mail');
  const all = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
  return all
    .filter((mail) => mail.includes('leaver@example.com'))
    .flatMap((mail) => /^Subject: (leaver .*)$/m.exec(mail)?.[1]?.trim() ?? []);
};
const request = (api: Api, confirm: string) => api.post('/api/v1/account/deletion', { confirm });
const dated = (text: string) => expect.stringMatching(text);

test('every table of every service is declared: what an export has of it, and what a deletion erases', async () => {
  for (const { schema } of owners) {
    const tables = declared.get(schema) ?? {};
    const there = await tablesOf(schema);
    expect({ schema, undeclared: there.filter((name) => tables[name] === undefined) }).toEqual({
      schema,
      undeclared: [],
    });
    // An exported table needs an owner. A table that has the id of an organization must be erased, or must have a
    // reason to be kept.
    for (const name of there) {
      const table = tables[name];
      if (table?.owner === undefined)
        expect({ schema, name, kept: table?.kept }).toMatchObject({ kept: expect.any(String) });
    }
  }
});

test('an administrator takes everything along: each row of each table, no secret, and nothing of others', async () => {
  const { body: hook } = await leaver.post('/api/v1/webhooks', {
    url: 'https://example.com/hooks',
    event_type: '*',
    headers: { authorization: 'Bearer canary-of-a-header' },
  });
  const { body: key } = await leaver.post('/api/v1/api_keys', { name: 'Exporting' });
  expect((await leaver.as(key.key).get('/api/v1/account/export')).body).toMatchObject({ error: 'user_required' });
  const answer = await fetch(`${platform.baseUrl}/api/v1/account/export`, {
    headers: { authorization: `Bearer ${await tokenOf('leaver')}` },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="leaver-\d{4}-\d\d-\d\d\.zip"$/);
  const files = unzip(Buffer.from(await answer.arrayBuffer()));
  const manifest = JSON.parse(files.get('manifest.json') ?? '{}');
  expect(manifest).toMatchObject({ organization: { id: leaverId, slug: 'leaver' } });
  expect([...files.keys()].sort()).toEqual(['manifest.json', ...manifest.files].sort());
  const counts = withoutWork(await rowsOf(leaverId));
  expect(Object.keys(counts).length).toBeGreaterThan(30);
  // The trail also has actions that are later than the export, so it is not compared.
  for (const [table, count] of Object.entries(counts).filter(([name]) => !/audit|usage/.test(name))) {
    const [schema, name] = table.split('.');
    expect({ table, lines: linesOf(files.get(`${schema}/${name}.ndjson`) ?? '').length }).toEqual({
      table,
      lines: count,
    });
  }
  const all = [...files.values()].join('\n');
  for (const line of linesOf(
    [...files]
      .filter(([name]) => name.endsWith('.ndjson'))
      .map(([, text]) => text)
      .join('\n'),
  ))
    JSON.parse(line);
  expect(all).toContain('mark-of-leaver');
  for (const secret of ['mark-of-stayer', 'canary-of-a-header', hook.secret, key.key, 'argon2', 'whsec_']) {
    expect({ secret, isThere: all.includes(secret) }).toEqual({ secret, isThere: false });
  }
  await eventually(async () => {
    const { body } = await leaver.get('/api/v1/audit_events?name=organization.exported');
    expect(body.audit_events).toMatchObject([{ actor: { type: 'user', name: 'leaver' } }]);
  });
});

async function tokenOf(username: string): Promise<string> {
  const { body } = await platform.api.as(null).post('/api/v1/auth/login', { username, password: 'a-long-password' });
  return body.token;
}

test('a deletion is asked for by its short name, is shown, stays as it is when asked again, and is cancelled', async () => {
  expect((await leaver.get('/api/v1/account/deletion')).body).toMatchObject({ status: 'none', delete_at: null });
  expect(await request(leaver, 'stayer')).toMatchObject({
    status: 422,
    body: { errors: { confirm: [dated('leaver')] } },
  });
  const made = await request(leaver, 'leaver');
  expect(made).toMatchObject({ status: 200, body: { status: 'scheduled' } });
  const days = (Date.parse(made.body.delete_at) - Date.parse(made.body.requested_at)) / 86_400_000;
  expect(days).toBe(30);
  expect((await request(leaver, 'leaver')).body).toEqual(made.body);
  expect((await leaver.get('/api/v1/account/deletion')).body).toEqual(made.body);
  expect((await stayer.get('/api/v1/account/deletion')).body).toMatchObject({ status: 'none' });
  await eventually(() => expect(mails()).toEqual([dated('^leaver will be deleted on ')]));
  // Everything works as before.
  expect((await leaver.post('/api/v1/projects', { name: 'Until the end' })).status).toBe(201);
  expect((await leaver.post('/api/v1/account/deletion/cancel')).body).toMatchObject({ status: 'none' });
  expect((await leaver.post('/api/v1/account/deletion/cancel')).body).toMatchObject({
    error: 'deletion_not_scheduled',
  });
});

test('a week before and at the end administrators get a mail; then nothing of the organization is left, and everything of others', async () => {
  await request(leaver, 'leaver');
  const token = await tokenOf('leaver');
  const before = withoutWork(await rowsOf(stayerId));
  const due = (set: string) =>
    client.query(`update identity.organization_deletions set ${set}, next_at = now() where organization_id = $1`, [
      leaverId,
    ]);
  await due('failures = 0');
  await eventually(() => expect(mails()).toContain('leaver will be deleted in a week'), { timeoutMs: 180_000 });
  await due('delete_at = now()');
  await eventually(
    async () =>
      expect((await platform.api.as(token).get('/api/v1/account')).body).toMatchObject({
        error: dated('organization_suspended|unauthorized|invalid'),
      }),
    { timeoutMs: 180_000 },
  );
  // Waits until the work is half done.
  await eventually(
    async () =>
      expect((await texts('select started_at::text as text from identity.organization_deletions'))[0]).toBeTruthy(),
    { timeoutMs: 180_000 },
  );
  await platform.kill();
  await platform.restart();
  await client.query('update identity.organization_deletions set next_at = now()');
  await eventually(
    async () =>
      expect((await texts('select erased_at::text as text from identity.organization_deletions'))[0]).toBeTruthy(),
    { timeoutMs: 180_000 },
  );
  await eventually(async () => {
    const left = Object.keys(await rowsOf(leaverId));
    const kept = [...declared].flatMap(([schema, tables]) =>
      Object.entries(tables).flatMap(([name, { kept }]) => (kept === undefined ? [] : [`${schema}.${name}`])),
    );
    expect(left.filter((table) => !kept.includes(table))).toEqual([]);
    expect(left.sort()).toEqual(expect.arrayContaining(['identity.audit_events', 'identity.organization_deletions']));
  });
  for (const [schema, tables] of declared) {
    for (const [name, { owner }] of Object.entries(tables)) {
      if (owner?.table === undefined || !(await tablesOf(schema)).includes(name)) continue;
      const [orphans] = await texts(
        `select count(*)::text as text from ${schema}.${name} t
         where t.${owner.column} is not null and not exists (
           select from ${schema}.${owner.table} p where p.${owner.key} = t.${owner.column})`,
      );
      expect({ table: `${schema}.${name}`, orphans }).toEqual({ table: `${schema}.${name}`, orphans: '0' });
    }
  }
  expect(withoutWork(await rowsOf(stayerId))).toEqual(before);
  await eventually(() => expect(mails()).toContain('leaver was deleted'));
  expect(mails().filter((subject) => subject === 'leaver was deleted')).toHaveLength(1);
  expect((await platform.api.as(token).get('/api/v1/account')).status).toBe(401);
  expect((await stayer.get('/api/v1/account')).status).toBe(200);
});
