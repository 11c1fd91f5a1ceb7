import { CrmImportStatus } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { found } from './collections.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { refusal } from './refusal.ts';
import { upload } from './transfers.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const headers = { prefer: 'respond-async', 'x-request-id': 'req-import' };

async function send(text: string) {
  let answered: Headers | undefined;
  const { import: job } = await harness
    .leads(editor)
    .importCrmLeadsCsv(upload(text), { headers, onHeader: (metadata) => (answered = metadata) });
  return { job: found(job), answered: found(answered) };
}

function csvOf(count: number, name: string): string {
  const rows = Array.from({ length: count }, (_, index) => `${name}${index}@example.com,${name}`);
  return `email,company_name\n${rows.join('\n')}\n`;
}

async function untilEnded(id: bigint) {
  return eventually(async () => {
    const { import: job } = await harness.imports(editor).getCrmImport({ id });
    expect(job?.finishedAt).toBeDefined();
    return found(job);
  });
}

const stored = async () => (await harness.db.selectFrom('import_batches').select('batch').execute()).length;

test('an upload that nobody waits for answers where to look, and is written in the name of who sent it', async () => {
  const { job, answered } = await send(`${csvOf(1_200, 'job')}no address,x\n`);
  expect(answered.get('x-http-status')).toBe('202');
  expect(answered.get('location')).toBe(`/api/v1/crm/imports/${job.id}`);
  expect(answered.get('preference-applied')).toBe('respond-async');
  expect(job).toMatchObject({ totalCount: 1_201n, dryRun: false });
  const ended = await untilEnded(found(job.id));
  expect(ended).toMatchObject({
    status: CrmImportStatus.COMPLETED,
    processedCount: 1_201n,
    created: 1_200n,
    failed: 1n,
    errors: [{ collection: 'leads', row: 1_202n, field: 'email' }],
  });
  expect(await stored()).toBe(0);
  const { changeEvents } = await harness.changes(editor).listCrmChangeEvents({ limit: 1 });
  expect(changeEvents[0]).toMatchObject({ actorType: 'user', actorId: '1', requestId: 'req-import' });
});

test('a bundle may be sent so too', async () => {
  const bundle = JSON.stringify({ accounts: [{ name: 'Async' }] });
  const { import: job } = await harness.bundles(editor).importCrmRecords(upload(bundle), { headers });
  expect(await untilEnded(found(job?.id))).toMatchObject({ created: 1n, failed: 0n });
});

test('what cannot be read is refused while its sender waits, and leaves nothing behind', async () => {
  const broken = `{"leads":[${Array.from({ length: 900 }, () => '{"last_name":"Broken"}').join(',')}`;
  const call = harness.bundles(editor).importCrmRecords(upload(broken), { headers });
  expect(await refusal(call)).toMatchObject({ error: 'malformed malformed_json' });
  expect(await stored()).toBe(0);
});

test('one that is stopped writes no more, and what it has written stays', async () => {
  const held = await harness.db.startTransaction().execute();
  await sql`lock table leads in share mode`.execute(held);
  const { job } = await send(csvOf(1_000, 'stop'));
  const id = found(job.id);
  await held.rollback().execute();
  const { import: stopped } = await harness.imports(editor).cancelCrmImport({ id });
  expect([CrmImportStatus.CANCELLED, CrmImportStatus.COMPLETED]).toContain(stopped?.status);
  expect(await stored()).toBe(0);
  const { totalCount } = await harness.leads(editor).listCrmLeads({ q: 'stop' });
  expect(totalCount).toBe(found(stopped).processedCount);
});

test("another organization's imports answer like ones that do not exist", async () => {
  const { job } = await send(csvOf(1, 'theirs'));
  const id = found(job.id);
  await untilEnded(id);
  const missing = { error: 'not_found import_not_found', fields: {} };
  expect(await refusal(harness.imports(stranger).getCrmImport({ id }))).toEqual(missing);
  expect(await refusal(harness.imports(stranger).cancelCrmImport({ id }))).toEqual(missing);
  expect(await refusal(harness.imports(editor).getCrmImport({ id: 9_999n }))).toEqual(missing);
  expect((await harness.imports(stranger).listCrmImports({})).imports).toEqual([]);
  const { imports } = await harness.imports(editor).listCrmImports({ limit: 1 });
  expect(imports.map((row) => row.id)).toEqual([id]);
});
