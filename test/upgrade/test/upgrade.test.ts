import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createApi } from '@drippulse/harness';
import { readSettings } from '@drippulse/local/config';
import { loadService } from '@drippulse/local/load-service';
import { startPlatform } from '@drippulse/local/platform';
import { loadSecrets } from '@drippulse/local/secrets';
import { createLogger } from '@drippulse/observability';
import { startEmbeddedPostgres } from '@drippulse/servers';
import { owners } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeSchema } from '../src/describe-schema.ts';
import { dumpFolder, newestDump, readDump, readDumpSecrets } from '../src/dumps.ts';
import { ownerUrl, restoreDump } from '../src/restore.ts';
import type { Story } from '../src/story.ts';

const version = newestDump();
const secrets = readDumpSecrets(version);
const story: Story = JSON.parse(readFileSync(path.join(dumpFolder(version), 'story.json'), 'utf8'));
let folder: string;
let upgraded: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
let fresh: Awaited<ReturnType<typeof startEmbeddedPostgres>>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'drippulse-upgrade-'));
  upgraded = await startEmbeddedPostgres({ dataDir: path.join(folder, 'upgraded') });
  fresh = await startEmbeddedPostgres({ dataDir: path.join(folder, 'fresh') });
  await restoreDump(upgraded.url, version);
});
afterAll(async () => {
  await upgraded?.stop();
  await fresh?.stop();
  await rm(folder, { recursive: true, force: true });
});

test.each(owners)('a dump of $schema migrates to the schema that is made from nothing', async ({ name, schema }) => {
  const service = await loadService(name);
  await service.migrate?.(fresh.url);
  // A service that is newer than the dump starts with its own migrations, so there is nothing to upgrade.
  if (readDump(version, schema) === undefined) return;
  await service.migrate?.(await ownerUrl(upgraded.url, version, schema));
  expect(await describeSchema(upgraded.url, schema)).toEqual(await describeSchema(fresh.url, schema));
});

test('the platform continues with the upgraded data: it reads, unseals and enrolls', async () => {
  const settings = readSettings({ DATABASE_URL: upgraded.url, PORT: '0', DATA_DIR: folder });
  await writeFile(path.join(folder, 'secrets.json'), JSON.stringify(secrets));
  // The platform uses the keys of the dumped installation.
  const platform = await startPlatform(settings, loadSecrets(folder, undefined), createLogger({ level: 'fatal' }));
  try {
    const base = `http://127.0.0.1:${platform.port}`;
    const api = createApi(base, secrets.apiKey);
    const { workflowId, enrollmentId, webhookId, contactId } = story;
    const enrollment = await api.get(`/api/v1/workflows/${workflowId}/enrollments/${enrollmentId}`);
    expect(enrollment).toMatchObject({ status: 200, body: { status: 'completed' } });
    expect(JSON.stringify(enrollment.body)).toContain('Hello Ada');
    expect(await api.get(`/api/v1/webhooks/${webhookId}`)).toMatchObject({ status: 200, body: { id: webhookId } });
    expect(await api.get(`/api/v1/crm/contacts/${contactId}`)).toMatchObject({ body: { email: 'ada@example.com' } });
    const more = { contacts: [{ email: 'alan@example.com', first_name: 'Alan' }] };
    expect((await api.post(`/api/v1/workflows/${workflowId}/enrollments/bulk`, more)).status).toBeLessThan(300);
    const login = await createApi(base, null).post('/api/v1/auth/login', {
      username: 'admin',
      password: secrets.adminPassword,
    });
    expect(login.status).toBe(200);
  } finally {
    await platform.stop();
  }
});
