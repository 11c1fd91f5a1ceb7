import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { type RunningPlatform, runCommand, startLayout } from '@drippulse/harness';
import { eventually } from '@drippulse/testing';
import { owners } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeOrganization } from '../src/organizations.ts';

let platform: RunningPlatform;

beforeAll(async () => {
  platform = await startLayout('start', { env: { HOST: '0.0.0.0', WEBHOOK_ALLOW_PRIVATE: 'true' } });
});
afterAll(async () => {
  await platform?.dispose();
  for (const beside of ['b', 'damaged']) rmSync(`${platform?.dataDir}-${beside}`, { recursive: true, force: true });
});

test('a second start prints the same key, admin and address', async () => {
  const { apiKey, password, baseUrl } = platform;
  expect(await platform.stop()).toBe(0);
  await platform.restart();
  expect([platform.apiKey, platform.password, platform.baseUrl]).toEqual([apiKey, password, baseUrl]);
  expect((await platform.api.get('/health')).body).toMatchObject({ status: 'ok' });
});

test('readiness names the database of each service', async () => {
  const databases = Object.fromEntries(owners.map(({ name }) => [`${name}.database`, true]));
  // The platform has just restarted, and some of its parts become ready a little later.
  await eventually(async () => {
    const answer = await fetch(`${platform.opsUrl}/ready`);
    expect(await answer.json()).toMatchObject({ ok: true, parts: databases });
  });
});

test('everything in the data folder is readable by its owner only', () => {
  const entries = readdirSync(platform.dataDir);
  expect(entries).toEqual(expect.arrayContaining(['drippulse.log', 'postgres', 'secrets.json']));
  const open = entries.filter((name) => (statSync(path.join(platform.dataDir, name)).mode & 0o077) !== 0);
  expect(open).toEqual([]);
});

test('HOST opens the public API, and not the port of operations', async () => {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  // Without another network address, the test uses 127.0.0.2, because Linux responds at every address of 127.0.0.0/8.
  const elsewhere = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.2';
  const isOpen = (url: string, pathname: string) =>
    fetch(`http://${elsewhere}:${new URL(url).port}${pathname}`).then(
      ({ ok }) => ok,
      () => false,
    );
  expect(await isOpen(platform.baseUrl, '/health')).toBe(true);
  expect(await isOpen(platform.opsUrl, '/live')).toBe(false);
});

test('a second process on the same folder ends with a sentence', async () => {
  const { code, output } = await runCommand('deploy/local/src/main.ts', [], { DATA_DIR: platform.dataDir, PORT: '0' });
  expect(code).toBe(1);
  expect(output).toMatch(/already runs on .* \(process \d+\)/);
  expect(output).not.toMatch(/\n\s+at /);
  expect((await platform.api.get('/health')).status).toBe(200);
});

test('a taken port is reported in a sentence', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { code, output } = await runCommand('deploy/local/src/main.ts', [], {
    DATA_DIR: `${platform.dataDir}-b`,
    PORT: String(port),
  });
  server.close();
  expect([code, output]).toEqual([1, expect.stringContaining(`Port ${port} on 127.0.0.1 is taken`)]);
});

test('one message names all malformed variables', async () => {
  const { code, output } = await runCommand('deploy/local/src/main.ts', [], {
    PORT: 'many',
    ADMIN_PASSWORD: 'short',
    REDIS_URL: 'x',
    LOG_LEVEL: 'loud',
    RATE_LIMIT_BURST: '-1',
  });
  expect(code).toBe(1);
  for (const name of ['PORT', 'ADMIN_PASSWORD', 'REDIS_URL', 'LOG_LEVEL', 'RATE_LIMIT_BURST'])
    expect(output).toContain(name);
});

test('secrets that are not JSON are reported in a sentence, not a stack', async () => {
  const { code, output } = await runCommand('deploy/local/src/main.ts', [], {
    DATA_DIR: damaged(platform.dataDir),
    PORT: '0',
  });
  expect([code, output]).toEqual([1, expect.stringMatching(/secrets\.json is damaged/)]);
  expect(output).not.toMatch(/\n\s+at /);
});

test('a data folder of a newer version is not touched', async () => {
  const secrets = path.join(platform.dataDir, 'secrets.json');
  const before = readFileSync(secrets, 'utf8');
  writeFileSync(secrets, before.replace(/"format": \d+/, '"format": 99'));
  const { code, output } = await runCommand('deploy/local/src/main.ts', [], { DATA_DIR: platform.dataDir, PORT: '0' });
  writeFileSync(secrets, before);
  expect([code, output]).toEqual([1, expect.stringContaining('newer version')]);
});

test('a second organization has its own admin, who sees no data of the first', async () => {
  await platform.api.post('/api/v1/projects', { name: 'Mine' });
  const env = { DATA_DIR: platform.dataDir };
  const args = ['create', '--name', 'Other', '--username', 'other-admin', '--email', 'other@example.com'];
  const created = await runCommand('deploy/local/src/org.ts', args, env);
  const password = /Admin other-admin \/ (\S+)/.exec(created.output)?.[1];
  const login = await platform.api.as(null).post('/api/v1/auth/login', { username: 'other-admin', password });
  expect(login.status).toBe(200);
  expect((await platform.api.as(login.body.token).get('/api/v1/projects')).body.total_count).toBe(0);
  expect((await runCommand('deploy/local/src/org.ts', ['list'], env)).output).toContain('Other');
  const reset = await runCommand('deploy/local/src/org.ts', ['reset-password', '--username', 'other-admin'], env);
  const again = await runCommand('deploy/local/src/org.ts', args, env);
  expect([again.code, again.output.trim()]).toEqual([1, 'username is taken']);
  const renewed = /other-admin \/ (\S+)/.exec(reset.output)?.[1];
  expect(await platform.api.as(null).post('/api/v1/auth/login', { username: 'other-admin', password })).toMatchObject({
    status: 401,
  });
  expect(
    await platform.api.as(null).post('/api/v1/auth/login', { username: 'other-admin', password: renewed }),
  ).toMatchObject({ status: 200 });
});

test('an organization is suspended and resumed by its slug, and nobody else notices', async () => {
  const org = (...args: string[]) => runCommand('deploy/local/src/org.ts', args, { DATA_DIR: platform.dataDir });
  await makeOrganization(platform, 'late-payer');
  const { body } = await platform.api
    .as(null)
    .post('/api/v1/auth/login', { username: 'late-payer', password: 'a-long-password' });
  const theirs = platform.api.as(body.token);
  const until = (error: string | undefined) =>
    eventually(async () => expect((await theirs.get('/api/v1/projects')).body.error).toBe(error));
  expect(await org('suspend', 'late-payer')).toMatchObject({ code: 0, output: 'late-payer is suspended\n' });
  expect(await org('suspend', 'late-payer')).toMatchObject({ code: 0, output: 'late-payer was suspended already\n' });
  await until('organization_suspended');
  expect((await platform.api.get('/api/v1/projects')).status).toBe(200);
  expect((await org('list')).output).toMatch(/\tlate-payer\t.*\tsuspended\n/);
  expect(await org('resume', 'late-payer')).toMatchObject({ code: 0, output: 'late-payer goes on\n' });
  await until(undefined);
  const unknown = await org('suspend', 'nobody');
  expect([unknown.code, unknown.output.trim()]).toEqual([1, 'There is no organization with the slug "nobody".']);
});

test('a changed ADMIN_PASSWORD is applied at the next start', async () => {
  const { username } = platform;
  expect(await platform.stop()).toBe(0);
  const again = await startLayout('start', { dataDir: platform.dataDir, env: { ADMIN_PASSWORD: 'a-new-password' } });
  const login = await again.api.as(null).post('/api/v1/auth/login', { username, password: 'a-new-password' });
  expect(login.status).toBe(200);
  await again.stop();
  await platform.restart();
});

test('reset refuses under a running platform and without a terminal, and empties the folder with --yes', async () => {
  const running = await runCommand('deploy/local/src/reset.ts', ['--yes'], { DATA_DIR: platform.dataDir });
  expect([running.code, running.output]).toEqual([1, expect.stringContaining('already runs')]);
  await platform.stop();
  const unasked = await runCommand('deploy/local/src/reset.ts', [], { DATA_DIR: platform.dataDir });
  expect([unasked.code, unasked.output]).toEqual([1, expect.stringContaining('--yes')]);
  expect(await runCommand('deploy/local/src/reset.ts', ['--yes'], { DATA_DIR: platform.dataDir })).toMatchObject({
    code: 0,
  });
  expect(() => statSync(platform.dataDir)).toThrow();
});

/** Makes a data folder beside the given one. Its secrets file is truncated. */
function damaged(folder: string): string {
  const beside = `${folder}-damaged`;
  mkdirSync(beside, { recursive: true });
  writeFileSync(path.join(beside, 'secrets.json'), '{"format":');
  return beside;
}
